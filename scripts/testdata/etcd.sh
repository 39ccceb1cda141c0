#!/bin/sh
# Backups of etcd, and back from one.
# shellcheck source=checks.sh
. /run/checks.sh
sh=$SHELL_UNDER_TEST
backup=$ROOTFS/scripts/etcd-backup.sh
restore=$ROOTFS/scripts/etcd-restore.sh
backups=/var/backups/opc-etcd
mkdir -p "$backups"

refused "the image was built without them" "$sh" "$backup"
cat >"$ROOTFS/bin/etcdctl" <<'EOF'
#!/bin/sh
echo "etcdctl $*" >>/run/calls
[ ! -e /run/etcd-down ] || exit 1
for file in "$@"; do :; done
cp /var/lib/etcd/member/data "$file"
EOF
cat >"$ROOTFS/bin/etcdutl" <<'EOF'
#!/bin/sh
echo "etcdutl $*" >>/run/calls
case $2 in
status) grep -q objects "$3" ;;
restore)
	[ ! -e /run/restore-fails ] || exit 1
	dir=$(echo "$4" | sed s/--data-dir=//)
	[ ! -e "$dir" ] && mkdir -p "$dir/member" && cp "$3" "$dir/member/data"
	;;
esac
EOF
# The API server ends a moment after its manifest is gone.
cat >/usr/bin/pidof <<'EOF'
#!/bin/sh
case " $* " in
*" etcd "*) [ ! -e /etc/kubernetes/manifests/etcd.yaml ] || { echo 7 && exit; } ;;
esac
case " $* " in
*" kube-apiserver "*) [ ! -e /run/api-lingers ] || { echo 8 && rm /run/api-lingers && exit; } ;;
esac
exit 1
EOF
chmod 755 "$ROOTFS"/bin/etcd* /usr/bin/pidof
refused "the image was built without them" "$sh" "$backup"
"$sh" "$ROOTFS/scripts/containerd.sh" >/dev/null
(cd "$ROOTFS/scripts" && RegistryURL=sea.hub:5000 "$sh" init-kube.sh) >/dev/null
grep -q "systemctl enable opc-etcd-backup.timer" /run/calls || fail "no timer"
grep -q "$ROOTFS/scripts/etcd-backup.sh" /etc/systemd/system/opc-etcd-backup.service || fail "the service has another path"
refused "not a master with an etcd of its own" "$sh" "$backup"

mkdir -p /etc/kubernetes/pki/etcd /etc/kubernetes/manifests /var/lib/etcd/member
echo key >/etc/kubernetes/pki/etcd/healthcheck-client.key
echo "objects 1" >/var/lib/etcd/member/data
cat >/etc/kubernetes/manifests/etcd.yaml <<'EOF'
    - etcd
    - --data-dir=/var/lib/etcd
    - --initial-advertise-peer-urls=https://10.0.0.1:2380
    - --initial-cluster=m1=https://10.0.0.1:2380
    - --name=m1
EOF
echo api >/etc/kubernetes/manifests/kube-apiserver.yaml

# As many as wanted are kept, the newest; nobody else can read them.
for day in 1 2 3; do
	echo "objects 0" >"$backups/snapshot-2020010${day}T000000Z.db"
done
echo half >"$backups/.part-9"
EtcdBackupKeep=3 "$sh" "$backup" || fail backup
[ "$(find $backups -type f | wc -l)" = 3 ] || fail "backups: $(ls -A $backups)"
[ ! -e $backups/snapshot-20200101T000000Z.db ] || fail "the oldest was kept"
newest=$(find $backups -type f | sort | tail -n 1)
[ "$(cat "$newest")" = "objects 1" ] || fail "the newest has $(cat "$newest")"
[ "$(stat -c %a "$newest")" = 600 ] || fail "others can read it"

# What goes wrong leaves no file that looks like a backup.
before=$(ls -A $backups)
touch /run/etcd-down
refused "etcd did not give a snapshot" "$sh" "$backup"
rm /run/etcd-down
echo garbage >/var/lib/etcd/member/data
refused "cannot be read back" "$sh" "$backup"
refused 'EtcdBackupKeep is "0"' env EtcdBackupKeep=0 "$sh" "$backup"
[ "$before" = "$(ls -A $backups)" ] || fail "left: $(ls -A $backups)"

# Restoring: what is wrong is said before anything is touched.
refused "usage: etcd-restore.sh" "$sh" "$restore"
refused "there is no /nowhere" "$sh" "$restore" /nowhere
refused "is not a snapshot of etcd" "$sh" "$restore" /etc/kubernetes/manifests/etcd.yaml
refused "MEMBERS has no m1=https://10.0.0.1:2380" "$sh" "$restore" "$newest" m2=https://10.0.0.2:2380
[ -f /etc/kubernetes/manifests/kube-apiserver.yaml ] || fail "a refusal stopped the API server"
touch /run/restore-fails
refused "the old data is untouched" "$sh" "$restore" "$newest"
rm /run/restore-fails
[ "$(cat /var/lib/etcd/member/data)" = garbage ] || fail "the data was touched"
[ ! -f /etc/kubernetes/manifests/etcd.yaml ] || fail "etcd was started on the way"

# And again, from where it was cut off.
: >/run/calls
touch /run/api-lingers
"$sh" "$restore" "$newest" m1=https://10.0.0.1:2380,m2=https://10.0.0.2:2380 || fail restore
[ "$(cat /var/lib/etcd/member/data)" = "objects 1" ] || fail "restored: $(cat /var/lib/etcd/member/data)"
[ ! -e /run/api-lingers ] || fail "the API server was not waited for"
[ "$(cat /var/lib/etcd/before-*/member/data)" = garbage ] || fail "the old data is gone"
grep -q -- "--name=m1 --initial-cluster=m1=https://10.0.0.1:2380,m2=https://10.0.0.2:2380 --initial-advertise-peer-urls=https://10.0.0.1:2380 --bump-revision" /run/calls || { cat /run/calls; fail "etcdutl was asked for something else"; }
for pod in etcd kube-apiserver; do
	[ -f "/etc/kubernetes/manifests/$pod.yaml" ] || fail "$pod was not started again"
done
grep -q "health --before-network" /run/calls || fail "nobody looked whether it is up"
echo STORY ENDED WELL
