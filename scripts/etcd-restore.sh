#!/bin/sh
# etcd-restore.sh SNAPSHOT [MEMBERS]: bring etcd back to what a backup has.
#
# Everything that changed in the cluster since the backup is lost. Run it on the
# master of a cluster that has one. With several masters run it on each, with
# the same file, one right after the other, and name all of them as MEMBERS:
#
#   NAME=https://IP:2380,NAME=https://IP:2380,…
#
# It stops the API server and etcd of this host, puts the data aside (it is not
# deleted), restores, and starts both again. It may be run again when it was cut
# off. Revisions are raised, so that nobody who watched the cluster takes the
# restored objects for older ones.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
umask 077

case $# in
1 | 2) ;;
*) die "usage: etcd-restore.sh SNAPSHOT [NAME=https://IP:2380,…]" ;;
esac
snapshot=$1
etcdutl=/usr/local/lib/opc/etcdutl
manifests=/etc/kubernetes/manifests
held=$OPC_STATE/manifests-held

[ -x "$etcdutl" ] || die "this host has no etcdutl of ours: the image was built without it"
[ -f "$snapshot" ] || die "there is no $snapshot; backups are in /var/backups/opc-etcd"
"$etcdutl" snapshot status "$snapshot" >/dev/null || die "$snapshot is not a snapshot of etcd, or is damaged; nothing was changed"

manifest=$manifests/etcd.yaml
[ -f "$manifest" ] || manifest=$held/etcd.yaml
[ -f "$manifest" ] || die "this host is not a master with an etcd of its own"

# flag NAME: print the value of a flag of etcd.
flag() { sed -n "s/^ *- --$1=//p" "$manifest" | head -n 1; }
name=$(flag name) data=$(flag data-dir) peer=$(flag initial-advertise-peer-urls)
for value in "$name" "$data" "$peer"; do
	[ -n "$value" ] || die "$manifest does not say --name, --data-dir and --initial-advertise-peer-urls"
done
members=${2:-$name=$peer}
case ,$members, in
*",$name=$peer,"*) ;;
*) die "MEMBERS has no $name=$peer, which is this host" ;;
esac

note "stop the API server and etcd"
mkdir -p "$held"
for pod in kube-apiserver etcd; do
	[ ! -f "$manifests/$pod.yaml" ] || mv -f "$manifests/$pod.yaml" "$held/$pod.yaml"
done
# The kubelet looks at its manifests every 20 s, and gives pods 30 s to end.
# An API server that outlives its etcd neither answers nor refuses, and the
# kubelet that is started below would wait for it for minutes.
gone() { ! pidof etcd kube-apiserver >/dev/null; }
await 120 "both have ended" gone || die "they do not end; the manifests are in $held. Is the kubelet running?"

note "put the data aside and restore"
# Both inside of the data directory: it may be a disk of its own.
fresh=$data/opc-restored
mkdir -p "$data"
rm -rf "$fresh"
"$etcdutl" snapshot restore "$snapshot" --data-dir="$fresh" --name="$name" --initial-cluster="$members" \
	--initial-advertise-peer-urls="$peer" --bump-revision=1000000000 --mark-compacted >/dev/null ||
	die "etcdutl could not restore; the old data is untouched in $data. Move $held/*.yaml back to $manifests to start it again"
if [ -d "$data/member" ]; then
	aside=$data/before-$(date -u +%Y%m%dT%H%M%SZ)
	mkdir -p "$aside"
	mv "$data/member" "$aside/member"
	note "the old data is in $aside"
fi
mv "$fresh/member" "$data/member"
rmdir "$fresh"

note "start etcd and the API server"
for pod in etcd kube-apiserver; do
	[ ! -f "$held/$pod.yaml" ] || mv -f "$held/$pod.yaml" "$manifests/$pod.yaml"
done
systemctl restart kubelet.service
"$OPC_ROOTFS/bin/opc-host" health --before-network --wait 5m ||
	die "the control plane does not come up. With several masters it needs most of them: run this on the others too"
note "restored from $snapshot"
