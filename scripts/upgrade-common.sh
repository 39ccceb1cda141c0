#!/bin/sh
# upgrade-common.sh: what the scripts of upgrades and rollbacks share. It is read
# by them after common.sh, not run.
#
# What a host had before an upgrade is in /var/lib/opc/before-upgrade: its files
# below root/, the versions in from and to, on the first master etcd's data in
# etcd.db. The file done is there when the host has been upgraded.
# shellcheck disable=SC2034 # Read by the scripts.
SAVED=/var/lib/opc/before-upgrade

# By this annotation of its node a host is told that it is its turn, "upgrade
# VERSION" or "rollback VERSION", and answers with "done …" or "failed …". One
# master of several is told "rollback VERSION MEMBERS" and, when all are ready,
# "begin VERSION": all go back at the same time, and answer with "done back …".
TURN=opc-source.github.io/turn

# admin and own run kubectl, with the rights of the cluster's administrator or
# with those of this host's node.
admin() { kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=10s "$@"; }
own() { kubectl --kubeconfig /etc/kubernetes/kubelet.conf --request-timeout=10s "$@"; }

# node_name: print the name of this host's node, by its credentials.
node_name() { own auth whoami -o 'jsonpath={.status.userInfo.username}' | sed -n 's/^system:node://p'; }

# named: set $name to that, or fail: an API server that has just started knows
# nobody's rights yet.
named() { name=$(node_name) && [ -n "$name" ]; }

# steady: does the API server answer for 10 seconds on end? A new kubelet may
# start its pods anew.
steady() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		own get --raw /readyz || return 1
		sleep 1
	done
}

# turn_of NODE: print what its annotation says. The rights are in $asking.
turn_of() { "$asking" get node "$1" -o 'jsonpath={.metadata.annotations.opc-source\.github\.io/turn}'; }

# kubelet_is NODE VERSION: is the node Ready, with a kubelet of that version?
kubelet_is() {
	kubelet_now=$(own get node "$1" -o 'jsonpath={.status.nodeInfo.kubeletVersion} {.status.conditions[?(@.type=="Ready")].status}') &&
		[ "$kubelet_now" = "$2 True" ]
}

# installed: print the version of the kubelet on this host.
installed() {
	[ -x /usr/bin/kubelet ] || die "this host has no kubelet: it belongs to no cluster yet"
	/usr/bin/kubelet --version | sed -n 's/^Kubernetes \(v[0-9][^ ]*\).*/\1/p'
}

# image_id: print what tells this image from others of the same version.
image_id() {
	{
		cat "$OPC_ROOTFS/etc/opc/release" "$OPC_ROOTFS/opc/opc.lock" 2>/dev/null || true
		wc -c "$OPC_ROOTFS"/bin/* "$OPC_ROOTFS"/cri/* "$OPC_ROOTFS"/cni/* 2>/dev/null || true
	} | cksum
}

# minor VERSION: print 36 for v1.36.3.
minor() { echo "$1" | sed -n 's/^v1\.\([0-9]\{1,3\}\)\..*/\1/p'; }

# near FROM TO: only the same minor version or the next can be upgraded to.
near() {
	if [ -z "$(minor "$1")" ] || [ -z "$(minor "$2")" ]; then
		die "cannot tell versions: this host has \"$1\", the image \"$2\""
	fi
	case $(($(minor "$2") - $(minor "$1"))) in
	0 | 1) ;;
	-*) die "the image has Kubernetes $2, this host $1: there is no upgrade to an older version. After an upgrade, sealer rollback goes back" ;;
	*) die "the image has Kubernetes $2, this host $1: no minor version can be left out, upgrade to 1.$(($(minor "$1") + 1)) first" ;;
	esac
}

# shellcheck disable=SC2154 # name is set by the scripts that call it.
# others SELECTOR…: print the names of all nodes but $name.
others() { admin get nodes "$@" -o 'jsonpath={range .items[*]}{.metadata.name}{"\n"}{end}' | grep -vxF "$name" || true; }

# alone: end when another script changes this host.
alone() {
	exec 9>"$SAVED.lock"
	flock -n 9 || die "another upgrade or rollback runs on this host: wait for it to end"
}

# give_turn NODE WHAT: let a host do WHAT and wait until it has.
give_turn() {
	admin annotate node "$1" --overwrite "$TURN=$2" >/dev/null || die "cannot tell $1 that it is its turn"
	note "$1: $2"
	await_turn "$1" "$2"
}

# await_turn NODE WHAT: wait until a host that was told has done WHAT.
await_turn() {
	asking="admin"
	turn_left=900
	while [ "$turn_left" -gt 0 ]; do
		turn_now=$(turn_of "$1" 2>/dev/null || true)
		case $turn_now in
		"done $2") return ;;
		"failed $2"*) die "$1: $turn_now. Its reason is in \"journalctl -u opc-turn\" there; then run the same command again" ;;
		esac
		turn_left=$((turn_left - 1))
		sleep 1
	done
	die "$1 does not answer. See \"systemctl status opc-turn\" and \"journalctl -u opc-turn\" there; then run the same command again"
}

# etcd_members: print the members of etcd as NAME=https://IP:2380,…
etcd_members() {
	pki=/etc/kubernetes/pki/etcd
	/usr/local/lib/opc/etcdctl --endpoints=https://127.0.0.1:2379 --cacert="$pki/ca.crt" --cert="$pki/healthcheck-client.crt" \
		--key="$pki/healthcheck-client.key" member list | sed -n 's/^[0-9a-f]*, started, \([^,]*\), \([^,]*\),.*/\1=\2/p' | tr '\n' ',' | sed 's/,$//'
}

# no_turns: take the annotation away everywhere.
no_turns() { admin annotate nodes --all "$TURN-" >/dev/null || true; }

# heard_since TIME: have all kubelets been heard of since then? What the cluster
# says of nodes and pods is as old as etcd's data until they have.
heard_since() {
	heard_all=$(admin -n kube-node-lease get leases -o 'jsonpath={range .items[*]}{.spec.renewTime}{"\n"}{end}') && [ -n "$heard_all" ] &&
		[ "$(printf '%s\n' "$1" "$heard_all" | sort | head -n 1)" = "$1" ]
}

# all_ready: every host must take part.
all_ready() {
	admin get nodes -o 'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' | while read -r ready_node ready_now; do
		[ "$ready_now" = True ] || die "node $ready_node is not Ready: every host takes part. Bring it up, or remove it (sealer delete -n)"
	done
}
