#!/bin/sh
# init-kube.sh: make this host ready for kubeadm.
#
# sealer runs it on every host before "kubeadm init" or "kubeadm join", in the
# directory of the scripts, with RegistryURL in the environment and nothing
# else. It may be run again at any time. It
#
#   - loads kernel modules and sets what Kubernetes needs of the kernel, now and
#     at each boot, and turns swap off;
#   - installs kubelet, kubectl and helm, kubeadm with the step before it
#     (opc-kubeadm), the image's patches and those that the Clusterfile adds as
#     files in etc/opc/kubeadm/patches;
#   - tells containerd the password of the registry when there is one.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

need bin/kubeadm bin/kubelet bin/kubectl bin/opc-kubeadm
CHANGED=no

modules="overlay br_netfilter nf_conntrack nf_tables"
for module in $modules; do
	modprobe "$module" 2>/dev/null || [ -d "/sys/module/$module" ] || warn "cannot load the module $module; it may be built in"
done
{ echo "# Written by init-kube.sh."; for module in $modules; do echo "$module"; done; } | write 644 /etc/modules-load.d/opc.conf

# What was there before is noted once, for the uninstallation.
write 644 /etc/sysctl.d/99-opc.conf <<'EOF'
# Written by init-kube.sh.
net.ipv4.ip_forward = 1
net.ipv6.conf.all.forwarding = 1
net.bridge.bridge-nf-call-iptables = 1
net.bridge.bridge-nf-call-ip6tables = 1
fs.inotify.max_user_instances = 8192
fs.inotify.max_user_watches = 524288
EOF
sed -n 's/^\([a-z][^ ]*\) = \(.*\)$/\1 \2/p' /etc/sysctl.d/99-opc.conf | while read -r name value; do
	file=/proc/sys/$(echo "$name" | tr . /)
	[ -e "$file" ] || continue # No IPv6, or no bridges.
	before=$(cat "$file")
	grep -q "^$name=" "$OPC_STATE/sysctl-before" 2>/dev/null || echo "$name=$before" >>"$OPC_STATE/sysctl-before"
	case $name in
	fs.inotify.*) [ "$before" -ge "$value" ] && continue ;;
	esac
	[ "$before" = "$value" ] || echo "$value" 2>/dev/null >"$file" || warn "cannot set $name to $value; it is $before"
done

if [ "$(sed 1d /proc/swaps | wc -l)" -gt 0 ]; then
	note "swap is turned off, now and before each start of the kubelet"
	keep SwapWasOn true
	swapoff -a || warn "cannot turn swap off: the kubelet will not start"
fi
# Static pods mount it as a file.
if [ ! -e /etc/localtime ]; then
	claim /etc/localtime
	ln -s /usr/share/zoneinfo/Etc/UTC /etc/localtime
fi

put 755 "$OPC_ROOTFS/bin/kubelet" /usr/bin/kubelet
put 755 "$OPC_ROOTFS/bin/kubectl" /usr/bin/kubectl
[ ! -f "$OPC_ROOTFS/bin/helm" ] || put 755 "$OPC_ROOTFS/bin/helm" /usr/bin/helm
put 755 "$OPC_ROOTFS/bin/kubeadm" /usr/local/lib/opc/kubeadm
put 755 "$OPC_ROOTFS/bin/opc-kubeadm" /usr/bin/kubeadm

patches=$OPC_STATE/kubeadm/patches
mkdir -p "$patches"
for file in "$patches"/*.y*ml; do
	[ ! -f "$file" ] || [ -f "$OPC_ROOTFS/etc/opc/kubeadm/patches/${file##*/}" ] || rm -f "$file"
done
for file in "$OPC_ROOTFS"/etc/opc/kubeadm/patches/*.y*ml; do
	[ ! -f "$file" ] || put 644 "$file" "$patches/${file##*/}"
done
ignore=$OPC_STATE/kubeadm/ignore-preflight-errors
{ cat "$OPC_ROOTFS/etc/opc/kubeadm/ignore-preflight-errors" 2>/dev/null || true; } | write 644 "$ignore"

# The kubelet of 1.35 and later refuses cgroup v1 unless it is told not to; the
# preflight has let this host pass only because somebody asked for it.
if [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then
	[ "$(kept AllowCgroupV1)" = true ] || die "this host has cgroup v1: boot it with cgroup v2, or run sealer with -e AllowCgroupV1=true"
	warn "cgroup v1: Kubernetes will drop it"
	printf 'kind: KubeletConfiguration\nfailCgroupV1: false\n' | write 644 "$patches/05-cgroup-v1.yaml"
	{ cat "$OPC_ROOTFS/etc/opc/kubeadm/ignore-preflight-errors" 2>/dev/null || true; echo "SystemVerification # cgroup v1"; } | write 644 "$ignore"
fi

# sealer has written the password of the registry for the kubelet, under the
# registry's own name; images under other names come through the mirror.
hosts=/etc/containerd/certs.d/_default/hosts.toml
auth=$(sed -n 's/.*"auth"[[:space:]]*:[[:space:]]*"\([A-Za-z0-9+/=]*\)".*/\1/p' /var/lib/kubelet/config.json 2>/dev/null | head -n 1 || true)
if [ -n "$auth" ] && [ -f "$hosts" ]; then
	url=${RegistryURL:-sea.hub:5000}
	scheme=$(sed -n 's/^server = "\([a-z]*\):.*/\1/p' "$hosts")
	{
		sed '/^\[host.*\.header\]/,$d' "$hosts"
		echo "[host.\"$scheme://$url\".header]"
		echo "  Authorization = \"Basic $auth\""
	} | write 600 "$hosts"
fi

mkdir -p /var/log/kubernetes /etc/kubernetes/manifests /var/lib/kubelet
unit kubelet.service
