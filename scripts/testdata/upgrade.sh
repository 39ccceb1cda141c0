#!/bin/sh
# An upgrade from 1.36 to 1.37, cut off and gone on with, and back again.
# shellcheck source=upgrade-cluster.sh
. /run/upgrade-cluster.sh
listing >/run/before

# What cannot be upgraded to, and what there is nothing for.
refused "nothing has been prepared" run upgrade-node apply
mv /etc/kubernetes/kubelet.conf /run/kubelet.conf
refused "has joined no cluster" run upgrade-host
mv /run/kubelet.conf /etc/kubernetes/kubelet.conf
refused "there is nothing to go back to" run rollback
release v1.38.0
refused "no minor version can be left out, upgrade to 1.37 first" run upgrade-host
release v1.35.9
refused "there is no upgrade to an older version" run upgrade-host
release devel
refused "cannot tell versions" run upgrade-host
[ ! -e "$saved" ] || fail "a refusal saved something"
[ -f "$ROOTFS/cache/image/old" ] || fail "a refusal has sealer copy files again"

bring_137
refused "the variables of the cluster are not there" env -u RegistryURL "$SHELL_UNDER_TEST" "$ROOTFS/scripts/upgrade-host.sh"
run upgrade-host
has /run/calls "systemctl enable opc-turn.service"
has "$saved/env" CgroupDriver=cgroupfs
[ ! -e "$ROOTFS/cache/image/old" ] || fail "sealer would not bring the files of 1.36 again"
[ "$(/usr/bin/kubelet --version)" = "Kubernetes v1.36.3" ] || fail "prepared, and upgraded already"
unset RegistryURL LocalRegistryURL CgroupDriver

# kubeadm fails: etcd has been saved by then, and nothing else has been touched.
touch /run/kubeadm-fails
refused "kubeadm could not upgrade the control plane" run upgrade
rm /run/kubeadm-fails
[ "$(cat "$saved/etcd.db")" = old ] || fail "no backup of etcd"
[ "$(/usr/bin/kubelet --version)" = "Kubernetes v1.36.3" ] || fail "a new kubelet without a new control plane"
mv "$ROOTFS/cri/newcomer" "$ROOTFS/cri/latecomer-of-another-image"
refused "the files of the image are another's" run upgrade-node apply
refused "finish it with the image it was begun with" env RegistryURL=x "$SHELL_UNDER_TEST" "$ROOTFS/scripts/upgrade-host.sh"
mv "$ROOTFS/cri/latecomer-of-another-image" "$ROOTFS/cri/newcomer"

# A node that is away, or fails: the reason says which.
echo Unknown >/run/w1-ready
refused "node w1 is not Ready" run upgrade
echo True >/run/w1-ready
echo failed >/run/answer-w1
refused "w1: failed upgrade v1.37.2" run upgrade
echo "done" >/run/answer-w1
has /run/calls "kubeadm upgrade apply v1.37.2 --yes --certificate-renewal=false"
has /run/calls "systemctl restart containerd.service"
has /run/calls "systemctl restart kubelet.service"
has /etc/containerd/config.toml "SystemdCgroup = false"
[ "$(/usr/bin/kubelet --version)" = "Kubernetes v1.37.2" ] || fail "the old kubelet"
[ "$(cat "$saved/etcd.db")" = old ] || fail "the backup is of after the upgrade"

# Again: what is done is passed over, the rest is done.
: >/run/calls
RegistryURL=sea.hub:5000 CgroupDriver=cgroupfs run upgrade-host >/run/out
has /run/out "upgraded to v1.37.2 with this image already"
run upgrade
hasnot /run/calls "kubeadm upgrade"
hasnot /run/calls "restart kubelet"
has /run/calls "annotate node w1 --overwrite opc-source.github.io/turn=upgrade v1.37.2"
has /run/calls "bin/opc-host health --wait 5m"
[ -z "$(ls $turns)" ] || fail "annotations stay"

# A host that is told its turn, as another one would be.
: >/run/calls
rm "$saved/done"
echo "upgrade v1.37.2" >"$turns/m1"
"$SHELL_UNDER_TEST" "$ROOTFS/scripts/turn.sh" &
waiter=$!
until_turn "done upgrade"
kill "$waiter"
has /run/calls "kubeadm upgrade node --certificate-renewal=false"
[ -e "$saved/done" ] || fail "not done"

# The API server is away, and there are others to be told; a rollback cut off.
echo m2 >"$saved/masters"
touch /run/api-down
refused "m2 cannot be told" run rollback
rm /run/api-down "$saved/masters"
touch /run/restore-fails
refused "etcdutl could not restore" run rollback
rm /run/restore-fails
[ -e "$saved/etcd.db" ] || fail "what was saved is gone"
touch "$ROOTFS/cache/image/new"
run rollback >/run/out 2>&1 || { cat /run/out; fail rollback; }
has /run/out "EVERYTHING WRITTEN TO THE CLUSTER SINCE"
has /run/calls "annotate node w1 --overwrite opc-source.github.io/turn=rollback v1.36.3"
listing >/run/after
diff /run/before /run/after || fail "the host is not what it was"
[ "$(cat /var/lib/etcd/member/data)" = old ] || fail "etcd has $(cat /var/lib/etcd/member/data)"
[ ! -e "$saved" ] || fail "what was saved is still there"
[ ! -e "$ROOTFS/cache/image/new" ] || fail "sealer would not bring the files of 1.36"
refused "there is nothing to go back to" run rollback
echo STORY ENDED WELL
