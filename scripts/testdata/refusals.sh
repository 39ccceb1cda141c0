#!/bin/sh
# What is refused, with which reason, and that nothing is touched then.
# shellcheck source=checks.sh
. /run/checks.sh
cd "$ROOTFS/scripts" || fail "the image has no scripts"
sh=$SHELL_UNDER_TEST

refused "Kubernetes has no support for docker" "$sh" docker.sh
[ ! -e /etc/opc ] || fail "docker.sh touched the host"
"$sh" "$ROOTFS/scripts/uninstall-docker.sh" || fail "uninstall-docker.sh"
refused "CgroupDriver is v3; it can be" env CgroupDriver=v3 "$sh" containerd.sh
refused "VIPMode is lvs; it can be" env VIPMode=lvs "$sh" containerd.sh
[ ! -e /etc/opc ] || fail "a wrong variable touched the host"

mv "$ROOTFS/cri/runc" /run/runc
refused "the image has no cri/runc" "$sh" containerd.sh
mv /run/runc "$ROOTFS/cri/runc"
[ ! -e /etc/opc ] || fail "a broken image touched the host"

echo "a package's" >/usr/bin/runc
refused "/usr/bin/runc is on this host already and is not ours" "$sh" containerd.sh
[ "$(cat /usr/bin/runc)" = "a package's" ] || fail "runc was overwritten"
"$sh" "$ROOTFS/scripts/uninstall-containerd.sh" >/dev/null 2>&1
[ "$(cat /usr/bin/runc)" = "a package's" ] || fail "runc was removed"
[ ! -e /usr/bin/containerd ] || fail "containerd is still there"
rm /usr/bin/runc

mkdir -p /run/broken
touch /run/broken/containerd.service
refused "containerd.service does not start" "$sh" containerd.sh
grep -q "the journal of containerd.service" /run/out || fail "without its last lines"
rm -r /run/broken
"$sh" "$ROOTFS/scripts/containerd.sh" >/dev/null || fail "containerd.sh after a failure"

refused "usage: init-registry.sh PORT DATA DOMAIN" "$sh" init-registry.sh 5000
refused 'the port is "http", not a number' "$sh" init-registry.sh http "$ROOTFS/registry" sea.hub
refused "/srv has no images" "$sh" init-registry.sh 5000 /srv sea.hub
echo certificate >"$ROOTFS/certs/sea.hub.crt"
refused "certs has one of sea.hub.crt and sea.hub.key" "$sh" init-registry.sh 5000 "$ROOTFS/registry" sea.hub

rm /sys/fs/cgroup/cgroup.controllers
refused "this host has cgroup v1" env RegistryURL=sea.hub:5000 "$sh" init-kube.sh
AllowCgroupV1=true CgroupDriver=cgroupfs "$sh" "$ROOTFS/scripts/containerd.sh" >/dev/null
grep -q 'SystemdCgroup = false' /etc/containerd/config.toml || fail "the cgroup driver"
(cd "$ROOTFS/scripts" && RegistryURL=sea.hub:5000 "$sh" init-kube.sh) >/run/out 2>&1 || { cat /run/out; fail "init-kube.sh with cgroup v1"; }
grep -q 'failCgroupV1: false' /etc/opc/kubeadm/patches/05-cgroup-v1.yaml || fail "no patch for cgroup v1"
grep -q SystemVerification /etc/opc/kubeadm/ignore-preflight-errors || fail "the preflight of kubeadm is not told"
echo STORY ENDED WELL
