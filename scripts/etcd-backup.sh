#!/bin/sh
# etcd-backup.sh: save what is in this master's etcd into a file.
#
# opc-etcd-backup.timer runs it once a day on each master, and anybody may at any
# time. A backup is complete when it has its name, snapshot-TIME.db: it has been
# read back by then. The newest are kept (7, or what EtcdBackupKeep says).
#
# The files hold every Secret of the cluster: only root can read them, and they
# should go to another machine too. They stay when the cluster is uninstalled.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
umask 077

dir=/var/backups/opc-etcd
keep=${EtcdBackupKeep:-7}
pki=/etc/kubernetes/pki/etcd
etcdctl=/usr/local/lib/opc/etcdctl
etcdutl=/usr/local/lib/opc/etcdutl

case $keep in
'' | *[!0-9]* | 0) die "EtcdBackupKeep is \"$keep\", not a number of backups" ;;
esac
for program in "$etcdctl" "$etcdutl"; do
	[ -x "$program" ] || die "this host has no $program: the image was built without them"
done
[ -f "$pki/healthcheck-client.key" ] || die "this host is not a master with an etcd of its own"

mkdir -p "$dir"
rm -f "$dir"/.part-* # Of a run that was cut off.
part=$dir/.part-$$
trap 'rm -f "$part" "$part.part"' EXIT
"$etcdctl" --endpoints=https://127.0.0.1:2379 --cacert="$pki/ca.crt" --cert="$pki/healthcheck-client.crt" --key="$pki/healthcheck-client.key" \
	--command-timeout=5m snapshot save "$part" >/dev/null || die "etcd did not give a snapshot: see crictl logs of its container"
"$etcdutl" snapshot status "$part" >/dev/null || die "the snapshot cannot be read back; the disk may be bad"
sync
mv "$part" "$dir/snapshot-$(date -u +%Y%m%dT%H%M%SZ).db"
trap - EXIT

# The names sort by time.
count=$(find "$dir" -name 'snapshot-*.db' | wc -l)
find "$dir" -name 'snapshot-*.db' | sort | while read -r old; do
	[ "$count" -gt "$keep" ] || break
	rm -f "$old"
	count=$((count - 1))
done
note "saved $(find "$dir" -name 'snapshot-*.db' | sort | tail -n 1)"
