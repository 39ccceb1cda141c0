#!/bin/sh
# upgrade-host.sh: make this host ready to be upgraded to the image's version.
#
# sealer upgrade runs it on every host (phase upgrade-host), after it has brought
# the files of the new image and before the registry has the new containers. So
# nothing is upgraded yet. It may be run again at any time. It
#
#   - refuses a version that cannot be upgraded to;
#   - saves what this host has, for a rollback;
#   - starts a service that waits for this host's turn: sealer itself has no step
#     on the other hosts after that on the first master.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=upgrade-common.sh
. "$(dirname "$0")/upgrade-common.sh"

need bin/kubeadm bin/kubelet bin/kubectl bin/opc-kubeadm bin/opc-host cri/containerd
to=$(setting KUBERNETES)
from=$(installed)
id=$(image_id)
[ -f /etc/kubernetes/kubelet.conf ] || die "this host has joined no cluster: there is nothing to upgrade"
[ -n "${RegistryURL:-}" ] || [ -f "$SAVED/env" ] || die "the variables of the cluster are not there: sealer upgrade runs this script with them"

# save_file FILE: programs are linked: they are replaced by renames only.
save_file() {
	[ -e "$1" ] || [ -L "$1" ] || return 0
	mkdir -p "$part/root$(dirname "$1")"
	case $1 in
	/usr/* | /opt/*) ln "$1" "$part/root$1" 2>/dev/null || cp -a "$1" "$part/root$1" ;;
	*) cp -a "$1" "$part/root$1" ;;
	esac
}

save() {
	note "save what this host has"
	part=$SAVED.part
	rm -rf "$part"
	mkdir -p "$part/root"
	chmod 700 "$part"
	while read -r file; do
		save_file "$file"
	done <"$OPC_STATE/files"
	find "$OPC_STATE" -type f >"$part/state"
	while read -r file; do
		save_file "$file"
	done <"$part/state"
	for file in /etc/kubernetes/*.conf /etc/kubernetes/*.yaml /var/lib/kubelet/config.yaml /var/lib/kubelet/instance-config.yaml /var/lib/kubelet/kubeadm-flags.env; do
		save_file "$file"
	done
	for pod in etcd kube-apiserver kube-controller-manager kube-scheduler; do
		save_file "/etc/kubernetes/manifests/$pod.yaml"
	done
	echo "$from" >"$part/from"
	echo "$to" >"$part/to"
	echo "$id" >"$part/id"
	rm -rf "$SAVED"
	sync
	mv "$part" "$SAVED"
	# sealer brings files only when it has not brought this image's before. They
	# are mixed with the new image's now: it has to bring them to go back.
	rm -f "$OPC_ROOTFS"/cache/image/* "$OPC_ROOTFS"/cache/registry/*
}

if [ -d "$SAVED" ] && [ "$(cat "$SAVED/id")" = "$id" ]; then
	if [ -e "$SAVED/done" ]; then
		note "this host has been upgraded to $to with this image already"
	else
		note "the upgrade from $(cat "$SAVED/from") to $to goes on where it was cut off"
	fi
elif [ -d "$SAVED" ] && [ ! -e "$SAVED/done" ]; then
	die "an upgrade of this host from $(cat "$SAVED/from") to $(cat "$SAVED/to") was cut off: finish it with the image it was begun with, or go back with sealer rollback"
else
	near "$from" "$to"
	save
fi
rm -f "$SAVED/told" "$SAVED/members" # Of a rollback that was cut off.
[ -z "${RegistryURL:-}" ] || for name in RegistryURL LocalRegistryURL CgroupDriver VIPMode AllowCgroupV1 InsecureRegistry SingleNode PodCIDR; do
	! value=$(printenv "$name") || echo "$name=$value"
done >"$SAVED/env"

CHANGED=no
write 644 /etc/systemd/system/opc-turn.service <<END
[Unit]
Description=waits for this host's turn in an upgrade or a rollback of the cluster
ConditionPathExists=$SAVED
After=network-online.target

[Service]
ExecStart=/bin/sh "$OPC_ROOTFS/scripts/turn.sh"
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload
systemctl enable opc-turn.service 2>/dev/null || die "systemctl cannot enable opc-turn.service"
systemctl restart opc-turn.service
note "ready: $from, to be upgraded to $to"
