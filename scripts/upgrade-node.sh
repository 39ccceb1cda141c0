#!/bin/sh
# upgrade-node.sh apply|node: upgrade this host to the image's Kubernetes.
#
# upgrade.sh runs it with apply on the first master, opc-turn with node on the
# others, one after the other. It may be run again when it was cut off. It
#
#   - saves etcd's data, on the first master;
#   - installs the new kubeadm, and has it upgrade the control plane on this host
#     and the kubelet's configuration;
#   - installs containerd, kubelet and the rest by the scripts that first did,
#     and restarts what has changed. Pods go on running.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=upgrade-common.sh
. "$(dirname "$0")/upgrade-common.sh"

case ${1:-} in
apply | node) ;;
*) die "usage: upgrade-node.sh apply|node (apply on the first master, before all others)" ;;
esac
[ -d "$SAVED" ] || die "nothing has been prepared: sealer upgrade runs upgrade-host.sh on each host first"
[ "$(cat "$SAVED/id")" = "$(image_id)" ] || die "the files of the image are another's than those the upgrade was prepared with: run sealer upgrade again"
to=$(setting KUBERNETES)
from=$(cat "$SAVED/from")
if [ -e "$SAVED/done" ]; then
	note "this host is at $to already"
	exit 0
fi
near "$from" "$to"
alone
while IFS='=' read -r variable value; do
	export "$variable=$value"
done <"$SAVED/env"
scripts=$OPC_ROOTFS/scripts
name=''
await 120 "the API server answers" named || die "the API server does not say which node this host is: is it up?"

if [ "$1" = apply ] && [ -f /etc/kubernetes/manifests/etcd.yaml ] && [ ! -f "$SAVED/etcd.db" ]; then
	sh "$scripts/etcd-backup.sh" || die "without a backup of etcd nothing is upgraded"
	cp "$(find /var/backups/opc-etcd -name 'snapshot-*.db' | sort | tail -n 1)" "$SAVED/etcd.part"
	chmod 600 "$SAVED/etcd.part"
	sync
	mv "$SAVED/etcd.part" "$SAVED/etcd.db"
fi

put 755 "$OPC_ROOTFS/bin/kubeadm" /usr/local/lib/opc/kubeadm
put 755 "$OPC_ROOTFS/bin/opc-kubeadm" /usr/bin/kubeadm
# Certificates are sealer's and last long; kubeadm's would last a year.
if [ "$1" = apply ]; then
	note "kubeadm upgrade apply $to"
	kubeadm upgrade apply "$to" --yes --certificate-renewal=false || die "kubeadm could not upgrade the control plane; its reason is above. Run sealer upgrade again, or sealer rollback"
else
	note "kubeadm upgrade node"
	kubeadm upgrade node --certificate-renewal=false || die "kubeadm could not upgrade this host; its reason is above"
fi

note "containerd, kubelet and the rest"
sh "$scripts/containerd.sh"
(cd "$scripts" && sh ./init-kube.sh)
systemctl restart kubelet.service
await 300 "the node is Ready, with kubelet $to" kubelet_is "$name" "$to" || die "the node does not become Ready with kubelet $to: see journalctl -u kubelet"
await 300 "the API server is steady" steady || die "the API server does not come to rest: see crictl ps -a on the masters"
touch "$SAVED/done"
