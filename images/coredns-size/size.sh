#!/bin/sh
# Sizes CoreDNS for the cluster, or as kubeadm does:
#
#     size.sh [kubeadm]
#
# Copies are only added: more of them are what somebody wants.
set -eu

requests='{"cpu": "100m", "memory": "128Mi"}' limits='{"memory": "512Mi"}'
nodes=$(kubectl get nodes --output name | wc -l)
copies=$(((nodes + 15) / 16))
[ "$copies" -ge 2 ] || copies=2
if [ "${SingleNode:-$(sed -n 's/^SingleNode=//p' /etc/opc/host 2>/dev/null || true)}" = true ]; then
	copies=1
fi
has=$(kubectl get deployment coredns --namespace kube-system --output 'jsonpath={.spec.replicas}')
[ "$copies" -eq 1 ] || [ "$has" -le "$copies" ] || copies=$has

if [ "${1-}" = kubeadm ]; then
	requests='{"cpu": "100m", "memory": "70Mi"}' limits='{"memory": "170Mi"}' copies=$has
fi
kubectl patch deployment coredns --namespace kube-system --patch "{\"spec\": {\"replicas\": $copies,
	\"template\": {\"spec\": {\"containers\": [
		{\"name\": \"coredns\", \"resources\": {\"requests\": $requests, \"limits\": $limits}}]}}}}"
