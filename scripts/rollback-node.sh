#!/bin/sh
# rollback-node.sh master|node [MEMBERS]: take this host back to what it had
# before its upgrade.
#
# rollback.sh runs it with master on the first master, opc-turn with node on
# workers. It may be run again when it was cut off. It puts back the files that
# upgrade-host.sh has saved and restarts what they belong to; on a master it
# restores etcd too.
#
# On other masters opc-turn runs it with prepare and all MEMBERS (see
# etcd-restore.sh), which gets etcd's data from the first master and changes
# nothing, then on all of them at the same time with master and MEMBERS. To do
# that by hand: copy etcd.db out of /var/lib/opc/before-upgrade of the first master
# into the same directory of each other one; run this script with node on each
# worker; then with master and MEMBERS on each master, one right after the other.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=upgrade-common.sh
. "$(dirname "$0")/upgrade-common.sh"

case ${1:-}$# in
master[12] | node1 | prepare2) ;;
*) die "usage: rollback-node.sh master|node|prepare [NAME=https://IP:2380,…]" ;;
esac
if [ ! -d "$SAVED" ]; then
	note "there is nothing to go back to"
	exit 0
fi
alone
from=$(cat "$SAVED/from")
manifests=/etc/kubernetes/manifests
old=$SAVED/root$manifests
held=$OPC_STATE/manifests-held

# prepare MEMBERS: have what it takes to restore etcd without the others.
prepare() {
	for member in $(echo "$1" | tr , ' '); do
		address=$(echo "$member" | sed 's|.*//\(.*\):[0-9]*$|\1|' | tr -d '[]')
		if "$OPC_ROOTFS/bin/opc-host" borrow "$address" >"$SAVED/etcd.part" 2>"$SAVED/borrow.log"; then
			/usr/local/lib/opc/etcdutl snapshot status "$SAVED/etcd.part" >/dev/null || die "etcd's data from $address cannot be read"
			chmod 600 "$SAVED/etcd.part"
			sync
			mv "$SAVED/etcd.part" "$SAVED/etcd.db"
			echo "$1" >"$SAVED/members"
			note "etcd's data from before the upgrade is here, from $address"
			return
		fi
	done
	die "no master lends etcd's data: $(cat "$SAVED/borrow.log"). Is port 2382 open between masters?"
}

if [ "$1" = prepare ]; then
	prepare "$2"
	exit 0
fi
if [ "$1" = master ] && [ ! -f "$SAVED/etcd.db" ]; then
	[ -f "$old/etcd.yaml" ] || die "the etcd of this cluster is not on its masters: restore it from your own backup first, then put back $old/*.yaml by hand"
	[ -e "$SAVED/done" ] || [ ! -f "$manifests/etcd.yaml" ] || cmp -s "$old/kube-apiserver.yaml" "$manifests/kube-apiserver.yaml" ||
		die "there is no $SAVED/etcd.db: copy it from the first master"
fi

# back FILE: put one back; by a rename, as it was put there.
back() {
	! cmp -s "$SAVED/root$1" "$1" || return 0
	mkdir -p "$(dirname "$1")"
	cp -a "$SAVED/root$1" "$1.opc-new"
	mv -f "$1.opc-new" "$1"
	case $1 in
	/usr/bin/containerd* | /etc/containerd/c* | */containerd.service) restart="$restart containerd.service" ;;
	/usr/local/lib/opc/registry | */registry/config.yml | */opc-registry.service) restart="$restart opc-registry.service" ;;
	/usr/bin/seautil | */opc-vip.service) restart="$restart opc-vip.service" ;;
	esac
}

note "back to $from: put back programs and settings"
restart=''
[ -f "$SAVED/files-after" ] || cp "$OPC_STATE/files" "$SAVED/files-after"
find "$SAVED/root" ! -type d | sed "s|^$SAVED/root||" | grep -v "^$manifests/" >"$SAVED/list"
while read -r file; do
	back "$file"
done <"$SAVED/list"
# What the newer image has brought and the older has not.
while read -r file; do
	grep -qxF "$file" "$OPC_STATE/files" || [ "$file" = /etc/systemd/system/opc-turn.service ] || rm -f "$file"
done <"$SAVED/files-after"
systemctl daemon-reload
for service in $(echo "$restart" | tr ' ' '\n' | sort -u); do
	systemctl restart "$service"
done
systemctl restart kubelet.service

if [ "$1" = master ] && [ -f "$SAVED/etcd.db" ]; then
	warn "EVERYTHING WRITTEN TO THE CLUSTER SINCE $(date -u -r "$SAVED/etcd.db" '+%Y-%m-%d %H:%M:%S UTC') IS LOST: etcd goes back to what it had"
	mkdir -p "$held"
	for pod in kube-controller-manager kube-scheduler; do
		cp -a "$old/$pod.yaml" "$held/$pod.yaml"
		mv -f "$held/$pod.yaml" "$manifests/$pod.yaml"
	done
	# As etcd-restore.sh leaves them when it is cut off: it starts these.
	for pod in kube-apiserver etcd; do
		rm -f "$manifests/$pod.yaml"
		cp -a "$old/$pod.yaml" "$held/$pod.yaml"
	done
	sh "$OPC_ROOTFS/scripts/etcd-restore.sh" "$SAVED/etcd.db" ${2:+"$2"}
fi

name=''
await 120 "the API server answers" named || die "the API server does not answer: see journalctl -u kubelet and crictl ps -a"
await 300 "the node is Ready, with kubelet $from" kubelet_is "$name" "$from" || die "the node does not become Ready with kubelet $from: see journalctl -u kubelet"
# sealer brings the files of the older image now, having forgotten that it did.
rm -f "$OPC_ROOTFS"/cache/image/*
systemctl disable opc-turn.service 2>/dev/null || true
rm -f /etc/systemd/system/opc-turn.service
systemctl daemon-reload
rm -rf "$SAVED" "$SAVED.lock"
