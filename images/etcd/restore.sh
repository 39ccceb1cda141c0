#!/bin/sh
# Puts a snapshot in place of this host's etcd database.
#
# usage: etcd-restore SNAPSHOT [NAME=https://ADDRESS:2380,...]
#
# Run it as root on every host of the control plane, with the same snapshot and,
# when there are several hosts, with all their members. The database that was
# there stays beside the new one.
set -eu

manifests=${MANIFESTS:-/etc/kubernetes/manifests}
data=${ETCD_DATA:-/var/lib/etcd}

fail() {
    echo "etcd-restore: $*" >&2
    exit 1
}

# flag NAME: what the host's etcd is started with.
flag() {
    sed -n "s/^ *- --$1=//p" "$manifests/etcd.yaml"
}

[ -f "${1:-}" ] || fail "name a snapshot, for example one under /var/lib/etcd-backup"
[ -f "$manifests/etcd.yaml" ] || fail "there is no $manifests/etcd.yaml; this is no host of the control plane"
name=$(flag name)
peer=$(flag initial-advertise-peer-urls)
[ -n "${name:+$peer}" ] || fail "$manifests/etcd.yaml does not say --name and --initial-advertise-peer-urls"
members=${2:-$name=$peer}
case ",$members," in
*",$name=$peer,"*) ;;
*) fail "the members $members are without this host, $name=$peer" ;;
esac

# Revisions go on above those that programs have seen since the snapshot.
rm -rf "$data.restored"
# The base has it there.
PATH=$PATH:/usr/local/lib/opc
etcdutl snapshot restore "$1" --data-dir "$data.restored" --name "$name" \
    --initial-cluster "$members" --initial-advertise-peer-urls "$peer" \
    --bump-revision 1000000000 --mark-compacted

# The kubelet stops what has no manifest any more.
parked=$(mktemp -d "$manifests/../parked.XXXXXX")
restart() {
    for file in "$parked"/*.yaml; do
        [ ! -f "$file" ] || mv "$file" "$manifests/"
    done
    rmdir "$parked"
}
trap restart EXIT
mv "$manifests/etcd.yaml" "$parked/"
[ ! -f "$manifests/kube-apiserver.yaml" ] || mv "$manifests/kube-apiserver.yaml" "$parked/"
tries=0
while [ -n "$(crictl ps --quiet --name '^(etcd|kube-apiserver)$')" ]; do
    tries=$((tries + 1))
    [ "$tries" -le 60 ] || fail "etcd or the API server does not stop; nothing was changed"
    sleep 2
done

before=$data.before-$(date -u +%Y%m%dT%H%M%SZ)
[ ! -e "$data" ] || mv "$data" "$before"
mv "$data.restored" "$data"
echo "etcd-restore: $1 is in place; what was there is in $before" >&2
