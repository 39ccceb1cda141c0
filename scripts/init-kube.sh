#!/bin/sh
# init-kube.sh: make this host ready for kubeadm.
#
# sealer runs it on every host before "kubeadm init" or "kubeadm join", in the
# directory of the scripts, with RegistryURL in the environment and nothing
# else. It may be run again at any time. It
#
#   - compares its clock with that of the host with the registry;
#   - loads kernel modules and sets what Kubernetes needs of the kernel, now and
#     at each boot, and turns swap off;
#   - installs kubelet, kubectl and helm, kubeadm with the step before it
#     (opc-kubeadm), the image's patches and those that the Clusterfile adds as
#     files in etc/opc/kubeadm/patches;
#   - has etcd backed up once a day, on masters;
#   - tells containerd the password of the registry when there is one.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

need bin/kubeadm bin/kubelet bin/kubectl bin/opc-kubeadm bin/opc-host
CHANGED=no
url=${RegistryURL:-sea.hub:5000}
hosts=/etc/containerd/certs.d/_default/hosts.toml

# The registry is there by now, on another host for all but the first: a clock
# that is wrong shows as errors of certificates later, which nobody understands.
scheme=$(sed -n 's/^server = "\([a-z]*\):.*/\1/p' "$hosts" 2>/dev/null || true)
if [ -n "$scheme" ]; then
	"$OPC_ROOTFS/bin/opc-host" clock "$scheme://$url/v2/" || die "see above"
fi

for module in overlay br_netfilter nf_conntrack nf_tables; do
	modprobe "$module" 2>/dev/null || [ -d "/sys/module/$module" ] || warn "cannot load the module $module; it may be built in"
done
write 644 /etc/modules-load.d/opc.conf <<EOF
# Written by init-kube.sh.
overlay
br_netfilter
nf_conntrack
nf_tables
EOF

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
	now=$(cat "$file")
	before "$name"
	case $name in
	fs.inotify.*) [ "$now" -ge "$value" ] && continue ;;
	esac
	[ "$now" = "$value" ] || echo "$value" 2>/dev/null >"$file" || warn "cannot set $name to $value; it is $now"
done
# What kubelet and kube-proxy will set, and directories that pods and sealer will
# make.
for name in kernel.panic kernel.panic_on_oops kernel.keys.root_maxbytes kernel.keys.root_maxkeys vm.overcommit_memory vm.panic_on_oom \
	net.ipv4.conf.all.route_localnet net.netfilter.nf_conntrack_max net.netfilter.nf_conntrack_tcp_timeout_established \
	net.netfilter.nf_conntrack_tcp_timeout_close_wait; do
	before "$name"
done
will_make /root/.kube /etc/ssl/certs /lib/modules /usr/libexec/kubernetes/kubelet-plugins/volume/exec

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
# And what components have for people and for their own launch, such as vela.
for program in "$OPC_ROOTFS"/bin/*; do
	case ${program##*/} in
	kube* | opc-* | etcdctl | etcdutl | registry | containerd-shim-*) ;;
	*) [ ! -f "$program" ] || put 755 "$program" "/usr/bin/${program##*/}" ;;
	esac
done
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
# Checks of kubeadm that have been made by opc-host, which knows more: whether
# the kernel is one that will do, and whether the user has accepted cgroup v1.
ignore=''
case $(uname -r) in
5.4.* | 5.10.* | 5.15.* | [6-9].* | [1-9][0-9].*) ;;
*) ignore='SystemVerification # a kernel that kubeadm does not list' ;;
esac
# The kubelet of 1.35 and later refuses cgroup v1 unless it is told not to.
if [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then
	[ "$(kept AllowCgroupV1)" = true ] || die "this host has cgroup v1: boot it with cgroup v2, or run sealer with -e AllowCgroupV1=true"
	warn "cgroup v1: Kubernetes will drop it"
	ignore='SystemVerification # cgroup v1'
	write 644 "$patches/05-cgroup-v1.yaml" <<-EOF
		kind: KubeletConfiguration
		failCgroupV1: false
	EOF
fi
write 644 "$OPC_STATE/kubeadm/ignore-preflight-errors" <<EOF
$(cat "$OPC_ROOTFS/etc/opc/kubeadm/ignore-preflight-errors" 2>/dev/null || true)
$ignore
EOF

# sealer has written the password of the registry for the kubelet, under the
# registry's own name; images under other names come through the mirror.
auth=$(sed -n 's/.*"auth"[[:space:]]*:[[:space:]]*"\([A-Za-z0-9+/=]*\)".*/\1/p' /var/lib/kubelet/config.json 2>/dev/null | head -n 1 || true)
if [ -n "$auth" ] && [ -f "$hosts" ]; then
	{
		sed '/^\[host.*\.header\]/,$d' "$hosts"
		echo "[host.\"$scheme://$url\".header]"
		echo "  Authorization = \"Basic $auth\""
	} | write 600 "$hosts"
fi

# Backups of etcd; on workers the service ends at once.
if [ -f "$OPC_ROOTFS/bin/etcdctl" ] && [ -f "$OPC_ROOTFS/bin/etcdutl" ]; then
	put 755 "$OPC_ROOTFS/bin/etcdctl" /usr/local/lib/opc/etcdctl
	put 755 "$OPC_ROOTFS/bin/etcdutl" /usr/local/lib/opc/etcdutl
	write 644 /etc/systemd/system/opc-etcd-backup.service <<EOF
[Unit]
Description=a backup of etcd
ConditionPathExists=/etc/kubernetes/manifests/etcd.yaml

[Service]
Type=oneshot
ExecStart=/bin/sh "$OPC_ROOTFS/scripts/etcd-backup.sh"
Nice=10
IOSchedulingClass=idle
EOF
	unit opc-etcd-backup.timer
	start opc-etcd-backup.timer
fi

mkdir -p /var/log/kubernetes /etc/kubernetes/manifests /var/lib/kubelet
unit kubelet.service
