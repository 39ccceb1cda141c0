#!/bin/sh
# An upgrade from 1.36 to 1.37, cut off and gone on with, and back again.
fail() { echo "FAILED: $*"; exit 1; }
refused() { # WANT COMMAND…
	want=$1
	shift
	if "$@" >/run/out 2>&1; then
		cat /run/out
		fail "$* was not refused"
	fi
	grep -qF -- "$want" /run/out || { cat /run/out; fail "$*: the reason is not: $want"; }
}
has() { grep -qF -- "$2" "$1" || { cat "$1"; fail "$1 has no: $2"; }; }
hasnot() { ! grep -qF -- "$2" "$1" || { cat "$1"; fail "$1 has: $2"; }; }
run() { "$SHELL_UNDER_TEST" "$ROOTFS/scripts/$1.sh" ${2:+"$2"}; }
saved=/var/lib/opc/before-upgrade
turns=/run/turns
export RegistryURL=sea.hub:5000 LocalRegistryURL=sea.hub:5000 CgroupDriver=cgroupfs
program() { cat >"$1"; chmod 755 "$1"; }

# kubectl answers for nodes m1, this host, and w1, which takes its turn at once.
program "$ROOTFS/bin/kubectl" <<'END'
#!/bin/sh
echo "kubectl $*" >>/run/calls
[ ! -e /run/api-down ] || exit 1
version=$(/usr/bin/kubelet --version | sed 's/Kubernetes //')
masters=$(cat /run/masters)
case "$*" in
*"auth whoami"*) printf system:node:m1 ;;
*"--raw /readyz"*) echo ok ;;
*"annotate nodes --all"*) rm -f /run/turns/* ;;
*"annotate node "*) for word in "$@"; do case $word in opc-source*) echo "${word#*=}" >"/run/turns/$6" ;; esac; done
	[ "$6" = m1 ] || [ -e /run/silent ] || sed -i "s/^/$(cat /run/answer) /" "/run/turns/$6" ;;
*"get leases"*) printf '2999-01-01T00:00:00.000000Z\n' ;;
*"get nodes -l node-role"*) echo "$masters" | tr ' ' '\n' ;;
*"get nodes -l !node-role"*) echo w1 ;;
*"get nodes"*kubeletVersion*) printf 'm1 %s\nw1 %s\n' "$version" "$version" ;;
*"get nodes"*Ready*) printf 'm1 True\nw1 %s\n' "$(cat /run/w1-ready)" ;;
*"get nodes"*) echo "$masters w1" | tr ' ' '\n' ;;
*"get node "*annotations*) cat "/run/turns/$6" 2>/dev/null || true ;;
*"get node "*) printf '%s True' "$version" ;;
esac
END
# The step stands for kubeadm: it writes what a control plane is started with.
program "$ROOTFS/bin/opc-kubeadm" <<'END'
#!/bin/sh
echo "kubeadm $*" >>/run/calls
[ ! -e /run/kubeadm-fails ] || exit 1
[ "$2" = node ] && exit
for pod in kube-apiserver kube-controller-manager kube-scheduler etcd; do sed -i 's/old/new/' "/etc/kubernetes/manifests/$pod.yaml"; done
echo new >/var/lib/etcd/member/data
echo new >/var/lib/kubelet/config.yaml
END
program "$ROOTFS/bin/etcdctl" <<'END'
#!/bin/sh
for file in "$@"; do :; done
cp /var/lib/etcd/member/data "$file"
END
program "$ROOTFS/bin/etcdutl" <<'END'
#!/bin/sh
[ "$2" = restore ] || exit 0
[ ! -e /run/restore-fails ] || exit 1
dir=$(echo "$4" | sed s/--data-dir=//)
mkdir -p "$dir/member" && cp "$3" "$dir/member/data"
END
printf '#!/bin/sh\n[ -e /etc/kubernetes/manifests/etcd.yaml ] && echo 7\n' | program /usr/bin/pidof
printf '#!/bin/sh\necho Kubernetes v1.36.3\n' | program "$ROOTFS/bin/kubelet"
mkdir -p "$turns"
echo m1 >/run/masters
echo True >/run/w1-ready
echo "done" >/run/answer

# A cluster of 1.36, of this host and w1.
run containerd >/dev/null
(cd "$ROOTFS/scripts" && "$SHELL_UNDER_TEST" init-kube.sh) >/dev/null
mkdir -p /etc/kubernetes/pki/etcd /etc/kubernetes/manifests /var/lib/etcd/member /var/lib/kubelet "$ROOTFS/cache/image" "$ROOTFS/cache/registry"
refused "has joined no cluster" run upgrade-host
for file in pki/etcd/healthcheck-client.key kubelet.conf admin.conf; do echo x >/etc/kubernetes/$file; done
for pod in kube-apiserver kube-controller-manager kube-scheduler; do echo "old $pod" >"/etc/kubernetes/manifests/$pod.yaml"; done
printf '# old\n    - --data-dir=/var/lib/etcd\n    - --initial-advertise-peer-urls=https://10.0.0.1:2380\n    - --name=m1\n' >/etc/kubernetes/manifests/etcd.yaml
echo old >/var/lib/etcd/member/data
echo old >/var/lib/kubelet/config.yaml
touch "$ROOTFS/cache/image/old" "$ROOTFS/cache/registry/old"
listing() { find /etc /usr/bin /usr/local /opt/cni /var/lib/kubelet -xdev -type f ! -path '*/etc/opc/manifests-held*' -exec cksum {} + | sort -k 3; }
listing >/run/before

# What cannot be upgraded to, and what there is nothing for.
release() { printf 'KUBERNETES=%s\nPAUSE=3.10.2\n' "$1" >"$ROOTFS/etc/opc/release"; }
refused "nothing has been prepared" run upgrade-node apply
refused "there is nothing to go back to" run rollback
release v1.38.0
refused "no minor version can be left out, upgrade to 1.37 first" run upgrade-host
release v1.35.9
refused "there is no upgrade to an older version" run upgrade-host
release devel
refused "cannot tell versions" run upgrade-host
[ ! -e "$saved" ] || fail "a refusal saved something"
[ -f "$ROOTFS/cache/image/old" ] || fail "a refusal has sealer copy files again"

# The files of 1.37: a new containerd, a program that 1.36 has not.
release v1.37.2
refused "the variables of the cluster are not there" env -u RegistryURL "$SHELL_UNDER_TEST" "$ROOTFS/scripts/upgrade-host.sh"
sed 's/1.36.3/1.37.2/' "$ROOTFS/bin/kubelet" | program "$ROOTFS/bin/kubelet.new"
mv "$ROOTFS/bin/kubelet.new" "$ROOTFS/bin/kubelet"
echo "# new" >>"$ROOTFS/cri/containerd"
echo new | program "$ROOTFS/cri/newcomer"
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
echo failed >/run/answer
refused "w1: failed upgrade v1.37.2" run upgrade
echo "done" >/run/answer
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
i=0
until grep -q "done upgrade" "$turns/m1"; do
	sleep 0.2
	i=$((i + 1))
	[ "$i" -lt 100 ] || { cat /run/calls; fail "the host did not take its turn"; }
done
kill "$waiter"
has /run/calls "kubeadm upgrade node --certificate-renewal=false"
[ -e "$saved/done" ] || fail "not done"

# Back: not with several masters by itself; cut off, and gone on with.
echo "m1 m2" >/run/masters
refused "this cluster has 2 masters" run rollback
echo m1 >/run/masters
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
