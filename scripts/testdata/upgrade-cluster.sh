#!/bin/sh
# What the stories of upgrades share: a host m1 of a cluster of 1.36, and programs
# that answer for it. It is read by them, not run.
# shellcheck disable=SC2034 # Read by the stories.
# shellcheck source=checks.sh
. /run/checks.sh
run() { "$SHELL_UNDER_TEST" "$ROOTFS/scripts/$1.sh" ${2:+"$2"}; }
saved=/var/lib/opc/before-upgrade
turns=/run/turns
export RegistryURL=sea.hub:5000 LocalRegistryURL=sea.hub:5000 CgroupDriver=cgroupfs
program() { cat >"$1"; chmod 755 "$1"; }

# kubectl answers for nodes m1, this host, and w1, which takes its turn at once. A
# master m2, when there is one, is back when this host is.
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
	[ "$6" = m1 ] || sed -i "s/^/$(cat "/run/answer-$6") /" "/run/turns/$6" ;;
*"get leases"*) printf '2999-01-01T00:00:00.000000Z\n' ;;
*"get nodes -l node-role"*) echo "$masters" | tr ' ' '\n' ;;
*"get nodes -l !node-role"*) echo w1 ;;
*"get nodes"*kubeletVersion*) printf 'm1 %s\nw1 %s\n' "$version" "$version" ;;
*"get nodes"*Ready*) printf 'm1 True\nw1 %s\n' "$(cat /run/w1-ready)" ;;
*"get nodes"*) echo "$masters w1" | tr ' ' '\n' ;;
*"get node m2 "*annotations*) if [ -d /var/lib/opc/before-upgrade ]; then cat /run/turns/m2; else echo "done back v1.36.3"; fi ;;
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
case "$*" in
*"member list"*) printf '7c, started, m2, https://10.0.0.2:2380, https://10.0.0.2:2379, false\n7d, started, m1, https://10.0.0.1:2380, https://10.0.0.1:2379, false\n' ;;
*) for file in "$@"; do :; done; cp /var/lib/etcd/member/data "$file" ;;
esac
END
program "$ROOTFS/bin/etcdutl" <<'END'
#!/bin/sh
[ "$2" = restore ] || exit 0
[ ! -e /run/restore-fails ] || exit 1
echo "etcdutl $*" >>/run/calls
dir=$(echo "$4" | sed s/--data-dir=//)
mkdir -p "$dir/member" && cp "$3" "$dir/member/data"
END
# The other master, 10.0.0.2, lends what its etcd had.
program "$ROOTFS/bin/opc-host" <<'END'
#!/bin/sh
echo "bin/opc-host $*" >>/run/calls
[ "$1" != borrow ] || { [ "$2" = 10.0.0.2 ] && echo lent || { echo "nobody lends at $2" >&2; exit 1; }; }
END
printf '#!/bin/sh\n[ -e /etc/kubernetes/manifests/etcd.yaml ] && echo 7\n' | program /usr/bin/pidof
printf '#!/bin/sh\necho Kubernetes v1.36.3\n' | program "$ROOTFS/bin/kubelet"
mkdir -p "$turns"
echo m1 >/run/masters
echo True >/run/w1-ready
echo "done" >/run/answer-w1
echo "done" >/run/answer-m2

# A cluster of 1.36, of this host and w1.
run containerd >/dev/null
(cd "$ROOTFS/scripts" && "$SHELL_UNDER_TEST" init-kube.sh) >/dev/null
mkdir -p /etc/kubernetes/pki/etcd /etc/kubernetes/manifests /var/lib/etcd/member /var/lib/kubelet "$ROOTFS/cache/image" "$ROOTFS/cache/registry"
for file in pki/etcd/healthcheck-client.key kubelet.conf admin.conf; do echo x >/etc/kubernetes/$file; done
for pod in kube-apiserver kube-controller-manager kube-scheduler; do echo "old $pod" >"/etc/kubernetes/manifests/$pod.yaml"; done
printf '# old\n    - --data-dir=/var/lib/etcd\n    - --initial-advertise-peer-urls=https://10.0.0.1:2380\n    - --name=m1\n' >/etc/kubernetes/manifests/etcd.yaml
echo old >/var/lib/etcd/member/data
echo old >/var/lib/kubelet/config.yaml
touch "$ROOTFS/cache/image/old" "$ROOTFS/cache/registry/old"
listing() { find /etc /usr/bin /usr/local /opt/cni /var/lib/kubelet -xdev -type f ! -path '*/etc/opc/manifests-held*' -exec cksum {} + | sort -k 3; }
release() { printf 'KUBERNETES=%s\nPAUSE=3.10.2\n' "$1" >"$ROOTFS/etc/opc/release"; }

# bring_137: the files of 1.37 are there: a new containerd, a program that 1.36
# has not.
bring_137() {
	release v1.37.2
	sed 's/1.36.3/1.37.2/' "$ROOTFS/bin/kubelet" | program "$ROOTFS/bin/kubelet.new"
	mv "$ROOTFS/bin/kubelet.new" "$ROOTFS/bin/kubelet"
	echo "# new" >>"$ROOTFS/cri/containerd"
	echo new | program "$ROOTFS/cri/newcomer"
}

# until_turn TEXT: wait until the annotation of this host has it.
until_turn() {
	i=0
	until grep -q "$1" "$turns/m1"; do
		sleep 0.2
		i=$((i + 1))
		[ "$i" -lt 100 ] || { cat /run/calls; fail "the host did not take its turn: $1"; }
	done
}
