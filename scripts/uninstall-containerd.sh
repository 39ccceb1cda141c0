#!/bin/sh
# uninstall-containerd.sh: take everything of the cluster off this host.
#
# sealer runs it on the hosts of a cluster that is deleted, and on a node that
# is removed, after "kubeadm reset". It may be run again, also after it was cut
# off, and on a host where little was installed: it goes on whatever fails, and
# removes no file that was not put there by us. It leaves the host's own
# containers, packages and settings alone.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
set +e

note "stop the services"
systemctl disable --now opc-etcd-backup.timer 2>/dev/null
for service in opc-turn kubelet opc-vip opc-registry; do
	systemctl disable --now "$service.service" 2>/dev/null
done

note "stop the containers"
if systemctl is-active --quiet containerd.service; then
	for namespace in $(ctr namespaces ls -q 2>/dev/null); do
		for task in $(ctr -n "$namespace" tasks ls -q 2>/dev/null); do
			ctr -n "$namespace" tasks kill -a -s KILL "$task" 2>/dev/null
		done
		for container in $(ctr -n "$namespace" containers ls -q 2>/dev/null); do
			ctr -n "$namespace" tasks delete -f "$container" >/dev/null 2>&1
			ctr -n "$namespace" containers rm "$container" 2>/dev/null
		done
	done
fi
if ours /usr/bin/containerd; then
	systemctl disable --now containerd.service 2>/dev/null
	# What still runs in shims, which outlive containerd on purpose.
	for process in /proc/[0-9]*; do
		case $(readlink "$process/exe" 2>/dev/null) in
		/usr/bin/containerd-shim-*) kill -9 "${process#/proc/}" 2>/dev/null ;;
		esac
	done
fi

note "unmount"
# The last mounted first; the kernel writes blanks as \040.
sed 's/^[^ ]* [^ ]* [^ ]* [^ ]* \([^ ]*\) .*/\1/' /proc/self/mountinfo | sed -n '1!G;h;$p' |
	grep -E '^/(run/containerd|var/lib/containerd|var/lib/kubelet|run/netns/cni-|var/run/netns/cni-)' |
	while read -r mounted; do
		mounted=$(printf '%b' "$mounted")
		umount "$mounted" 2>/dev/null || umount -l "$mounted"
	done

note "remove rules, routes and interfaces"
[ ! -x "$OPC_ROOTFS/bin/opc-vip" ] || "$OPC_ROOTFS/bin/opc-vip" remove
for link in cni0 kube-ipvs0 nodelocaldns flannel.1 flannel-v6.1 vxlan.calico vxlan-v6.calico cilium_host cilium_vxlan; do
	ip link delete "$link" 2>/dev/null
done
ip -o link 2>/dev/null | sed -n 's/^[0-9]*: \(cali[0-9a-f]*\|lxc[0-9a-f]*\|hybr[0-9a-z]*\)[@:].*/\1/p' | while read -r link; do
	ip link delete "$link" 2>/dev/null
done
pod_routes | while read -r network; do
	grep -qxF "$network" "$OPC_STATE/routes-before" || ip route delete "$network"
done

note "restore the kernel's settings"
[ ! -f "$OPC_STATE/sysctl-before" ] || while IFS='=' read -r name value; do
	echo "$value" 2>/dev/null >"/proc/sys/$(echo "$name" | tr . /)"
done <"$OPC_STATE/sysctl-before"
[ "$(kept SwapWasOn)" != true ] || swapon -a

note "remove files"
if [ -f "$OPC_STATE/files" ]; then
	while read -r file; do
		rm -f "$file" "$file.opc-new"
	done <"$OPC_STATE/files"
	# sealer removes the credentials in it; kubectl keeps what it has asked.
	! grep -qxF /root/.kube "$OPC_STATE/directories" 2>/dev/null || rm -rf /root/.kube/cache
	[ ! -f "$OPC_STATE/directories" ] || sort -r "$OPC_STATE/directories" | while read -r dir; do
		rmdir "$dir" 2>/dev/null
	done
	# These hold what ran here only: the preflight refuses a host with another
	# container runtime or cluster.
	rm -rf /etc/containerd /run/containerd /var/lib/containerd /opt/containerd \
		/etc/cni /opt/cni /var/lib/cni /var/lib/calico /var/lib/kubelet /var/lib/etcd /etc/kubernetes \
		/var/log/kubernetes /var/log/pods /var/log/containers /var/log/calico /run/flannel /run/calico \
		/etc/sealerio /usr/local/lib/opc /var/lib/opc /run/netns/cni-* "$OPC_STATE"
fi
systemctl daemon-reload 2>/dev/null
systemctl reset-failed 2>/dev/null
[ ! -d /var/backups/opc-etcd ] || note "backups of etcd stay in /var/backups/opc-etcd"
note "done"
exit 0
