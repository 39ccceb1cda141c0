#!/bin/sh
# Two masters go back to 1.36 together: this host as the one that leads, then as
# the other one.
# shellcheck source=upgrade-cluster.sh
. /run/upgrade-cluster.sh
# What waits for others need not wait long here.
# shellcheck disable=SC2016 # For the stub to expand.
printf '#!/bin/sh\ncase $1 in 1 | 3 | 20) set -- 0.1 ;; esac\nexec /usr/bin/sleep "$@"\n' | program /usr/sbin/sleep
members=m2=https://10.0.0.2:2380,m1=https://10.0.0.1:2380
echo "m1 m2" >/run/masters
upgraded() {
	bring_137
	RegistryURL=x run upgrade-host >/dev/null
	run upgrade >/dev/null
	[ "$(/usr/bin/kubelet --version)" = "Kubernetes v1.37.2" ] || fail "it was not upgraded"
}
is_back() { # DATA
	[ ! -e "$saved" ] || fail "what was saved is still there"
	[ "$(/usr/bin/kubelet --version)" = "Kubernetes v1.36.3" ] || fail "this host has not gone back"
	[ "$(cat /var/lib/etcd/member/data)" = "$1" ] || fail "etcd has $(cat /var/lib/etcd/member/data), not $1"
}

# Cut off before anything was upgraded: all forget what was prepared.
bring_137
RegistryURL=x run upgrade-host >/dev/null
run rollback >/run/out 2>&1 || { cat /run/out; fail rollback; }
has /run/calls "annotate node m2 --overwrite opc-source.github.io/turn=rollback v1.36.3"
hasnot /run/calls "turn=begin"
hasnot /run/calls "etcdutl snapshot restore"
is_back old

: >/run/calls
upgraded
[ "$(cat "$saved/masters")" = m2 ] || fail "the other masters: $(cat "$saved/masters")"
has /run/calls "annotate node m2 --overwrite opc-source.github.io/turn=upgrade v1.37.2"

# m2 cannot get etcd's data: no master has gone back by then.
echo failed >/run/answer-m2
refused "m2: failed rollback v1.36.3 $members" run rollback
[ "$(/usr/bin/kubelet --version)" = "Kubernetes v1.37.2" ] || fail "the first master has gone back alone"
hasnot /run/calls "turn=begin"
has /run/calls "annotate node w1 --overwrite opc-source.github.io/turn=rollback v1.36.3"
echo "done" >/run/answer-m2

# Again: the worker is not asked again, m2 is told to begin, and waited for.
: >/run/calls
run rollback >/run/out 2>&1 || { cat /run/out; fail rollback; }
hasnot /run/calls "annotate node w1"
has /run/calls "bin/opc-host lend $saved/etcd.db"
has /run/calls "annotate node m2 --overwrite opc-source.github.io/turn=begin v1.36.3"
has /run/calls "--initial-cluster=$members"
has /run/out "wait for m2"
is_back old

# The other one: it gets the data and changes nothing, until it is told to begin.
upgraded
rm -f "$saved/etcd.db"
echo "begin v1.36.3" >"$turns/m1" # Of a rollback that this host was not prepared for.
"$SHELL_UNDER_TEST" "$ROOTFS/scripts/turn.sh" &
sleep 2
echo "rollback v1.36.3 m1=https://10.0.0.1:2380" >"$turns/m1"
until_turn "failed rollback"
echo "rollback v1.36.3 $members" >"$turns/m1"
until_turn "done rollback"
[ "$(cat "$saved/etcd.db")" = lent ] || fail "etcd's data: $(cat "$saved/etcd.db")"
[ "$(/usr/bin/kubelet --version)" = "Kubernetes v1.37.2" ] || fail "it did not wait for the others"
echo "begin v1.36.3" >"$turns/m1"
until_turn "done back v1.36.3"
is_back lent

# Cut off after it has begun: it ends what it began, told or not.
upgraded
echo "$members" >"$saved/begun"
rm -f "$turns/m1"
touch /run/restore-fails
refused "etcdutl could not restore" "$SHELL_UNDER_TEST" "$ROOTFS/scripts/turn.sh"
rm /run/restore-fails
"$SHELL_UNDER_TEST" "$ROOTFS/scripts/turn.sh" >/run/out 2>&1 || { cat /run/out; fail "it was not gone on with"; }
until_turn "done back v1.36.3"
is_back lent
echo STORY ENDED WELL
