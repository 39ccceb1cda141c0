#!/bin/sh
# rollback.sh: take the cluster back to what it was before the last upgrade.
#
# sealer rollback runs it on the first master (phase rollback), from the image
# that was upgraded to. Workers go back first, then the control plane with the
# data that etcd had before the upgrade: Kubernetes cannot be downgraded over the
# data of a newer one. EVERYTHING THAT WAS WRITTEN TO THE CLUSTER SINCE THE
# UPGRADE BEGAN IS LOST; pods and the data in their volumes are not touched.
#
# With several masters, each first gets that data from this host. Then all go back
# at the same time: an etcd of several is one only when all are restored alike. If
# it was cut off, run it again: hosts that have been told are passed over.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=upgrade-common.sh
. "$(dirname "$0")/upgrade-common.sh"

[ -d "$SAVED" ] || die "no upgrade has been made on this host since the cluster was made or last rolled back: there is nothing to go back to"
from=$(cat "$SAVED/from")

# told HOW NODE WHAT: let a host do WHAT, unless it has been told and has answered.
told() {
	! grep -qxF "$2 $3" "$SAVED/told" 2>/dev/null || return 0
	"$1" "$2" "$3"
	echo "$2 $3" >>"$SAVED/told"
}

workers() {
	for node in $(others -l '!node-role.kubernetes.io/control-plane'); do
		told give_turn "$node" "rollback $from"
	done
}

# masters_begin: have the other masters go back, in some seconds from now.
masters_begin() {
	if [ ! -f "$SAVED/members" ]; then
		etcd_members >"$SAVED/members.part"
		grep -qF "$name=https://" "$SAVED/members.part" || die "etcd does not tell its members: $(cat "$SAVED/members.part")"
		mv "$SAVED/members.part" "$SAVED/members"
	fi
	members=$(cat "$SAVED/members")
	"$OPC_ROOTFS/bin/opc-host" lend "$SAVED/etcd.db" &
	lender=$!
	trap 'kill "$lender" 2>/dev/null || true' EXIT
	for node in $masters; do
		told give_turn "$node" "rollback $from $members"
	done
	fresh=''
	for node in $masters; do
		! grep -qxF "$node begin $from" "$SAVED/told" || continue
		admin annotate node "$node" --overwrite "$TURN=begin $from" >/dev/null || die "cannot tell $node to begin: run sealer rollback again"
		echo "$node begin $from" >>"$SAVED/told"
		fresh="$fresh $node"
	done
	for node in $fresh; do
		await_turn "$node" "begin $from"
	done
	kill "$lender" || true
}

name=''
if await 60 "the API server answers" named; then
	masters=$(others -l node-role.kubernetes.io/control-plane)
	[ -n "$masters" ] || : >"$SAVED/masters" # Removed since.
	all_ready
	workers
	members=''
	if [ -n "$masters" ] && [ -f "$SAVED/etcd.db" ]; then
		masters_begin
	elif [ -f "$SAVED/root/etc/kubernetes/manifests/etcd.yaml" ]; then
		for node in $masters; do # Cut off before any control plane was upgraded.
			told give_turn "$node" "rollback $from"
		done
	fi
	sh "$OPC_ROOTFS/scripts/rollback-node.sh" master ${members:+"$members"}
	[ -z "$members" ] || for node in $masters; do
		note "wait for $node"
		await_turn "$node" "back $from"
	done
elif [ -s "$SAVED/masters" ]; then
	die "the API server does not answer, and $(tr '\n' ' ' <"$SAVED/masters")cannot be told. Bring it up; or go back by hand, see the head of $OPC_ROOTFS/scripts/rollback-node.sh"
else
	warn "the API server does not answer: this host goes back first"
	sh "$OPC_ROOTFS/scripts/rollback-node.sh" master
	await 120 "the API server answers" named || die "the API server does not answer: see journalctl -u kubelet and crictl ps -a"
	workers
fi
no_turns
begun=$(date -u +%Y-%m-%dT%H:%M:%S)
await 300 "all kubelets have been heard of" heard_since "$begun" || die "not all nodes come back: see kubectl get nodes, and journalctl -u kubelet there"
"$OPC_ROOTFS/bin/opc-host" health --wait 5m
note "the cluster has Kubernetes $from again"
