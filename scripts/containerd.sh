#!/bin/sh
# containerd.sh: make this host able to run containers.
#
# sealer runs it on every host, before the registry is there: without arguments,
# in any directory, with the cluster's variables in the environment. It may be
# run again at any time. It
#
#   - installs containerd, runc, the CNI plugins, crictl and nerdctl;
#   - has containerd ask the cluster's own registry for every image, whatever
#     the name of the registry in the image's name, by tag and by digest;
#   - installs opc-vip in the place of seautil, which sealer calls next, and
#     the service that keeps virtual addresses from boot on.
#
# Variables: RegistryURL, LocalRegistryURL, CgroupDriver (systemd or cgroupfs),
# VIPMode (nftables or ipvs), AllowCgroupV1 (true), InsecureRegistry (true),
# SingleNode (true), which the launch scripts of components ask for.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

url=${RegistryURL:-sea.hub:5000}
local_url=${LocalRegistryURL:-sea.hub:5000}
cgroup=${CgroupDriver:-systemd}

case $cgroup in
systemd | cgroupfs) ;;
*) die "CgroupDriver is $cgroup; it can be systemd or cgroupfs" ;;
esac
case ${VIPMode:-nftables} in
nftables | ipvs) ;;
*) die "VIPMode is $VIPMode; it can be nftables or ipvs" ;;
esac
need cri/containerd cri/containerd-shim-runc-v2 cri/ctr cri/runc cni/loopback bin/opc-vip
pause=$(setting PAUSE)

CHANGED=no
put 755 "$OPC_ROOTFS/bin/opc-vip" /usr/bin/seautil
write 644 /etc/opc/vip/mode <<EOF
${VIPMode:-nftables}
EOF
vip_changed=$CHANGED

CHANGED=no
for program in "$OPC_ROOTFS"/cri/* "$OPC_ROOTFS"/bin/containerd-shim-* "$OPC_ROOTFS"/bin/crictl "$OPC_ROOTFS"/bin/nerdctl; do
	[ ! -f "$program" ] || put 755 "$program" "/usr/bin/${program##*/}"
done
for program in "$OPC_ROOTFS"/cni/*; do
	put 755 "$program" "/opt/cni/bin/${program##*/}"
done
mkdir -p /etc/cni/net.d

# A machine that is itself a container may not be allowed to lower the score by
# which the kernel chooses what to kill (CAP_SYS_RESOURCE, bit 24).
restrict=false
capabilities=$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)
[ $((0x$capabilities >> 24 & 1)) = 1 ] || restrict=true

write 644 /etc/containerd/config.toml <<EOF
# Written by containerd.sh; put your own settings into conf.d.
version = 3
imports = ["/etc/containerd/conf.d/*.toml"]

[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "$url/pause:$pause"

[plugins."io.containerd.cri.v1.images".registry]
  config_path = "/etc/containerd/certs.d"

[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = $restrict

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
  SystemdCgroup = $([ "$cgroup" = systemd ] && echo true || echo false)
EOF
mkdir -p /etc/containerd/conf.d
for file in "$OPC_ROOTFS"/etc/containerd/conf.d/*.toml; do
	[ ! -f "$file" ] || put 644 "$file" "/etc/containerd/conf.d/${file##*/}"
done

# Every name of a registry leads to the cluster's, and only there: "server" is
# what is asked last. containerd reads these files at each pull, so they cause
# no restart. sealer puts the certificate there after this script.
scheme=https ca=''
[ "${InsecureRegistry:-false}" != true ] || scheme=http
if [ "$scheme" = https ] && [ "$url" = "$local_url" ]; then
	ca="ca = \"/etc/containerd/certs.d/$url/${url%:*}.crt\""
fi
containerd_changed=$CHANGED
write 600 /etc/containerd/certs.d/_default/hosts.toml <<EOF
# Written by containerd.sh: every image comes from the cluster's registry.
server = "$scheme://$url"

[host."$scheme://$url"]
  capabilities = ["pull", "resolve"]
  $ca
EOF

# kubelet and kubeadm are told of the socket through this file of sealer's.
printf unix:///run/containerd/containerd.sock | write 644 /etc/sealerio/cri/socket-path
echo "runtime-endpoint: unix:///run/containerd/containerd.sock" | write 644 /etc/crictl.yaml

keep AllowCgroupV1 "${AllowCgroupV1:-false}"
# Routes to pods stay when the network that made them is gone.
if [ -z "$(kept PodCIDR)" ]; then
	keep PodCIDR "${PodCIDR:-10.244.0.0/16}"
	pod_routes >"$OPC_STATE/routes-before"
fi
keep SingleNode "${SingleNode:-false}"

CHANGED=$containerd_changed
unit containerd.service
start containerd.service
await 30 "containerd answers" ctr version || die "containerd does not answer: see journalctl -u containerd"

CHANGED=$vip_changed
unit opc-vip.service
start opc-vip.service
