#!/bin/sh
# Launched last: ends when all that was launched is up.
set -eu
export PATH=/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/bin
kubectl -n kube-system rollout status daemonset/opc-e2e-net --timeout=3m
kubectl wait --for=condition=Ready node --all --timeout=3m
for name in web web-by-digest; do
	kubectl rollout status "deployment/$name" --timeout=3m
done
bin/opc-host health --wait 3m
