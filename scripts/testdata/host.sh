#!/bin/sh
# host.sh SCRIPTS STORY SHELL: make a host to throw away, in namespaces that the
# caller has made, and run a story on it. Ends with 77 where that is impossible.
set -eu
scripts=$1 story=$2 shell=$3
top=$TMPDIR/host
mkdir -p "$top"
mount --make-rprivate / || exit 77
mount -t tmpfs none "$top" || exit 77
mkdir "$top/upper" "$top/work" "$top/root"
mount -t overlay -o "lowerdir=/,upperdir=$top/upper,workdir=$top/work" none "$top/root" || exit 77
root=$top/root
for dir in run tmp sys root; do
	mkdir -p "$root/$dir"
	mount -t tmpfs none "$root/$dir"
done
mount -t proc none "$root/proc"
mount --rbind /dev "$root/dev"

# Nothing of a cluster that the machine itself may have.
rm -rf "$root/etc/opc" "$root/etc/containerd" "$root/etc/kubernetes" "$root/etc/cni" "$root/opt/cni" "$root/opt/containerd" \
	"$root/etc/sealerio" "$root/etc/crictl.yaml" "$root/var/log/kubernetes" "$root/var/log/pods" "$root/var/log/containers" \
	"$root/var/lib/cni" "$root/var/lib/containerd" "$root/var/lib/kubelet" "$root/var/lib/etcd" "$root/var/lib/calico" "$root/var/lib/sealer" "$root/usr/local/lib/opc"
for program in containerd containerd-shim-runc-v2 ctr runc crictl nerdctl seautil kubeadm kubelet kubectl helm vela; do
	rm -f "$root/usr/bin/$program" "$root/usr/local/bin/$program" "$root/usr/sbin/$program" "$root/usr/local/sbin/$program"
done
rm -f "$root"/etc/systemd/system/*.service "$root"/etc/sysctl.d/99-opc.conf "$root"/etc/modules-load.d/opc.conf
mkdir -p "$root/etc/systemd/system" "$root/etc/sysctl.d" "$root/etc/modules-load.d" "$root/etc/containers"

# Settings of the kernel that are only files, and cgroup v2.
mount -t tmpfs none "$root/proc/sys"
mkdir -p "$root/proc/sys/net/ipv4" "$root/proc/sys/net/bridge" "$root/proc/sys/fs/inotify" "$root/sys/fs/cgroup" "$root/sys/module/overlay"
mkdir -p "$root/proc/sys/kernel"
echo 60 >"$root/proc/sys/kernel/panic"
echo 0 >"$root/proc/sys/net/ipv4/ip_forward"
echo 0 >"$root/proc/sys/net/bridge/bridge-nf-call-iptables"
echo 128 >"$root/proc/sys/fs/inotify/max_user_instances"
echo 999999 >"$root/proc/sys/fs/inotify/max_user_watches"
echo cpu memory >"$root/sys/fs/cgroup/cgroup.controllers"

# Programs that note what they are asked; systemctl also knows what is active.
stub() {
	rm -f "$root/usr/sbin/$1"
	printf '#!/bin/sh\necho "%s $*" >>/run/calls\n%s\n' "$1" "${2:-exit 0}" >"$root/usr/bin/$1"
	chmod 755 "$root/usr/bin/$1"
}
mkdir -p "$root/run/active"
# shellcheck disable=SC2016 # For the stub to expand.
stub systemctl '
for unit in "$@"; do :; done
case $1 in
is-active) [ -e "/run/active/$unit" ] ;;
start | restart) [ ! -e "/run/broken/$unit" ] && touch "/run/active/$unit" ;;
enable) [ -e "/etc/systemd/system/$unit" ] ;;
disable | stop) rm -f "/run/active/$unit" ;;
esac'
# shellcheck disable=SC2016 # As above.
stub journalctl 'echo "the journal of $2"'
stub modprobe
stub swapoff
stub swapon
# The host has a route within the network of pods that is its own.
# shellcheck disable=SC2016 # As above.
stub ip '
case "$*" in
"-4 route show root 10.244.0.0/16")
	echo "10.244.200.0/24 dev eth1 scope link"
	[ ! -e /run/routed ] || echo "10.244.1.0/24 via 10.88.0.21 dev eth0"
	;;
esac'
rm -rf "$root/usr/libexec/kubernetes"

# An image: what the scripts need of it, with programs that are only notes too.
image=$root/var/lib/sealer/data/my-cluster/rootfs
mkdir -p "$image/bin" "$image/cri" "$image/cni" "$image/registry/docker/registry/v2" "$image/certs"
for program in cri/containerd cri/containerd-shim-runc-v2 cri/ctr cri/runc cni/loopback cni/bridge \
	bin/opc-vip bin/opc-host bin/opc-kubeadm bin/registry bin/kubeadm bin/kubelet bin/kubectl bin/helm bin/crictl bin/containerd-shim-wasmtime-v1 bin/vela; do
	printf '#!/bin/sh\necho "%s $*" >>/run/calls\n' "$program" >"$image/$program"
done
chmod 755 "$image"/*/*
cp -R "$scripts" "$image/scripts"
cp -R "$scripts/../kubefiles/base/etc" "$image/etc"
mkdir -p "$image/etc/containerd/conf.d"
echo "# wasm" >"$image/etc/containerd/conf.d/wasm.toml"
printf 'KUBERNETES=v1.36.3\nPAUSE=3.10.2\n' >"$image/etc/opc/release"

cp "$scripts/testdata/$story" "$root/run/story.sh"
cp "$scripts/testdata/checks.sh" "$scripts/testdata/upgrade-cluster.sh" "$root/run/"
exec chroot "$root" env -i HOME=/root SHELL_UNDER_TEST="$shell" ROOTFS=/var/lib/sealer/data/my-cluster/rootfs \
	PATH=/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/bin sh -eu /run/story.sh
