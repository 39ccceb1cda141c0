#!/bin/sh
# The life of a master: everything twice, then uninstalled, twice as well.
# shellcheck source=checks.sh
. /run/checks.sh
run() { (cd / && "$SHELL_UNDER_TEST" "$ROOTFS/scripts/$1.sh"); }
registry() { (cd "$ROOTFS/scripts" && "$SHELL_UNDER_TEST" init-registry.sh 5000 "$ROOTFS/registry" sea.hub); }
kube() { (cd "$ROOTFS/scripts" && RegistryURL=sea.hub:5000 "$SHELL_UNDER_TEST" init-kube.sh); }
listing() {
	find /etc /opt /usr/bin /usr/local /root /var/lib /var/log -xdev -path "$ROOTFS" -prune -o -printf '%p %y %m %l\n' | sort
	find /etc -xdev -type f -exec cksum {} + | sort
}

listing >/run/before
echo certificate >"$ROOTFS/certs/sea.hub.crt"
echo key >"$ROOTFS/certs/sea.hub.key"

run containerd
registry
kube
cp /run/calls /run/calls1
for file in /usr/bin/containerd /usr/bin/ctr /usr/bin/runc /usr/bin/crictl /usr/bin/containerd-shim-wasmtime-v1 /opt/cni/bin/bridge \
	/usr/bin/seautil /usr/bin/kubelet /usr/bin/kubeadm /usr/bin/kubectl /usr/bin/helm /usr/local/lib/opc/kubeadm /usr/local/lib/opc/registry; do
	[ -x "$file" ] || fail "no $file"
done
# What a component brings, such as vela, is found by its launch, which sealer runs
# with this PATH; what only scripts of the base run is not.
: >/run/calls
PATH=/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/bin vela addon enable x || fail "vela is not in the PATH"
has /run/calls "bin/vela addon enable x"
for file in registry opc-vip opc-kubeadm; do
	[ ! -e "/usr/bin/$file" ] || fail "/usr/bin/$file is there"
done
cmp /usr/bin/kubeadm "$ROOTFS/bin/opc-kubeadm" || fail "kubeadm is not the step"
for call in "systemctl enable containerd.service" "systemctl restart containerd.service" "systemctl restart opc-vip.service" \
	"systemctl restart opc-registry.service" "systemctl enable kubelet.service" "bin/opc-host ask https://127.0.0.1:5000/v2/" "modprobe br_netfilter"; do
	has /run/calls1 "$call"
done
has /run/calls1 "bin/opc-host clock https://sea.hub:5000/v2/"
hasnot /run/calls1 "restart kubelet"
has /etc/containerd/config.toml 'sandbox = "sea.hub:5000/pause:3.10.2"'
has /etc/containerd/config.toml 'SystemdCgroup = true'
has /etc/containerd/conf.d/wasm.toml wasm
has /etc/containerd/certs.d/_default/hosts.toml 'server = "https://sea.hub:5000"'
has /etc/containerd/certs.d/_default/hosts.toml 'ca = "/etc/containerd/certs.d/sea.hub:5000/sea.hub.crt"'
has /etc/opc/registry/config.yml "tls: {certificate: \"$ROOTFS/certs/sea.hub.crt\""
hasnot /etc/opc/registry/config.yml htpasswd
[ "$(cat /etc/sealerio/cri/socket-path)" = unix:///run/containerd/containerd.sock ] || fail "socket path"
[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ] || fail "ip_forward"
[ "$(cat /proc/sys/fs/inotify/max_user_instances)" = 8192 ] || fail "inotify instances"
[ "$(cat /proc/sys/fs/inotify/max_user_watches)" = 999999 ] || fail "a larger value was made smaller"
has /etc/opc/sysctl-before net.ipv4.ip_forward=0
[ "$(cat /proc/sys/kernel/panic)" = 60 ] || fail "kernel.panic is not ours to set"

# Again: nothing changes, nothing is restarted.
listing >/run/first
: >/run/calls
run containerd
registry
kube
listing >/run/second
diff /run/first /run/second || fail "the second run changed files"
hasnot /run/calls restart
has /etc/opc/sysctl-before net.ipv4.ip_forward=0

# A new program, a new certificate, a password: what uses it is restarted.
: >/run/calls
echo "# newer" >>"$ROOTFS/cri/containerd"
echo "key 2" >"$ROOTFS/certs/sea.hub.key"
echo admin:hash >"$ROOTFS/etc/registry_htpasswd"
mkdir -p /var/lib/kubelet
printf '{\n\t"auths": {\n\t\t"sea.hub:5000": {\n\t\t\t"auth": "YWRtaW46c2VjcmV0"\n\t\t}\n\t}\n}\n' >/var/lib/kubelet/config.json
run containerd
registry
kube
kube
has /run/calls "restart containerd.service"
has /run/calls "restart opc-registry.service"
hasnot /run/calls "restart opc-vip.service"
has /etc/opc/registry/config.yml 'auth: {htpasswd: {realm: "sea.hub"'
has /etc/containerd/certs.d/_default/hosts.toml 'Authorization = "Basic YWRtaW46c2VjcmV0"'
[ "$(grep -c Authorization /etc/containerd/certs.d/_default/hosts.toml)" = 1 ] || fail "the password stands there twice"

# Patches: the user's come with the image's files, and go with them.
echo 'kind: KubeletConfiguration' >"$ROOTFS/etc/opc/kubeadm/patches/90-user.yaml"
kube
[ -f /etc/opc/kubeadm/patches/90-user.yaml ] || fail "the user's patch is not there"
rm "$ROOTFS/etc/opc/kubeadm/patches/90-user.yaml"
kube
[ ! -f /etc/opc/kubeadm/patches/90-user.yaml ] || fail "the user's patch is still there"

# What a cluster leaves behind, then sealer's own clean-up, then ours.
mkdir -p /var/lib/kubelet/pods/a/volumes/v /var/log/pods /var/lib/etcd/member /var/lib/cni
mount -t tmpfs none /var/lib/kubelet/pods/a/volumes/v
mkdir -p "/var/lib/kubelet/pods/with blank"
mount -t tmpfs none "/var/lib/kubelet/pods/with blank"
mkdir -p /usr/libexec/kubernetes/kubelet-plugins/volume/exec /root/.kube/cache/discovery
echo 10 >/proc/sys/kernel/panic
touch /run/routed
touch /var/log/pods/x /etc/kubernetes/admin.conf
rm -rf /etc/kubernetes /usr/bin/kubeadm /usr/bin/kubelet /usr/bin/kubectl /etc/cni /opt/cni
: >/run/calls
run uninstall-containerd
has /run/calls "bin/opc-vip remove"
[ -z "$(ls /run/active)" ] || fail "still active: $(ls /run/active)"
! grep -q /var/lib/kubelet/pods /proc/self/mountinfo || fail "still mounted"
[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ] || fail "ip_forward was not restored"
[ "$(cat /proc/sys/kernel/panic)" = 60 ] || fail "kernel.panic was not restored"
has /run/calls "ip route delete 10.244.1.0/24"
hasnot /run/calls "ip route delete 10.244.200.0/24"
[ ! -e /usr/libexec/kubernetes ] || fail "directories that pods made are still there"
listing >/run/after
diff /run/before /run/after || fail "the uninstallation left something, or took too much"
run uninstall-containerd
listing >/run/after
diff /run/before /run/after || fail "the second uninstallation changed something"

# A directory of credentials that was there before stays, with what is in it.
mkdir -p /root/.kube/cache/discovery
kube
run uninstall-containerd
[ -d /root/.kube/cache/discovery ] || fail "the host's own /root/.kube has been cleared"
echo STORY ENDED WELL
