#!/bin/sh
# rollback.sh: take the cluster back to what it was before the last upgrade.
#
# sealer rollback runs it on the first master (phase rollback), from the image
# that was upgraded to. Workers go back first, then the control plane with the
# data that etcd had before the upgrade: Kubernetes cannot be downgraded over the
# data of a newer one. EVERYTHING THAT WAS WRITTEN TO THE CLUSTER SINCE THE
# UPGRADE BEGAN IS LOST; pods and the data in their volumes are not touched.
#
# With several masters it refuses: etcd has to be restored on all of them at the
# same time, which is described in rollback-node.sh.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=upgrade-common.sh
. "$(dirname "$0")/upgrade-common.sh"

[ -d "$SAVED" ] || die "no upgrade has been made on this host since the cluster was made or last rolled back: there is nothing to go back to"
from=$(cat "$SAVED/from")

workers() {
	for node in $(others); do
		give_turn "$node" "rollback $from"
	done
}

name=''
if await 60 "the API server answers" named; then
	masters=$(others -l node-role.kubernetes.io/control-plane | wc -l)
	[ "$masters" = 0 ] || die "this cluster has $((masters + 1)) masters: roll each of them back by hand, see the head of $OPC_ROOTFS/scripts/rollback-node.sh"
	all_ready
	workers
	sh "$OPC_ROOTFS/scripts/rollback-node.sh" master
else
	warn "the API server does not answer: this host goes back first"
	sh "$OPC_ROOTFS/scripts/rollback-node.sh" master
	await 120 "the API server answers" named || die "the API server does not answer: see journalctl -u kubelet and crictl ps -a"
	workers
fi
no_turns
begun=$(date -u +%Y-%m-%dT%H:%M:%S)
await 120 "all kubelets have been heard of" heard_since "$begun" || die "not all nodes come back: see kubectl get nodes, and journalctl -u kubelet there"
"$OPC_ROOTFS/bin/opc-host" health --wait 5m
note "the cluster has Kubernetes $from again"
