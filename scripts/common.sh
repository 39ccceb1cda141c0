#!/bin/sh
# What the scripts on the hosts share. It is read by them (". common.sh"), not
# run. It sets
#
#   OPC_ROOTFS  the image's files on this host, found from the script's own path
#   OPC_STATE   /etc/opc, where the scripts note what they did
#
# Files that are put on the host are noted in $OPC_STATE/files, one a line, so
# that the uninstallation removes those and no others.
set -eu
umask 022
export PATH=/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/bin

OPC_ROOTFS=$(cd "$(dirname "$0")/.." && pwd)
OPC_STATE=/etc/opc

# note TEXT…: tell what happens.
note() { echo "${0##*/}: $*"; }

# warn TEXT…: tell what may go wrong later.
warn() { echo "${0##*/}: warning: $*" >&2; }

# die TEXT…: end with the reason.
die() {
	echo "${0##*/}: error: $*" >&2
	exit 1
}

# need FILE…: the image must have these files.
need() {
	for need_file in "$@"; do
		[ -e "$OPC_ROOTFS/$need_file" ] || die "the image has no $need_file: it was not built as a base, or not for this architecture ($(uname -m))"
	done
}

# ours FILE: was it put there by us?
ours() { grep -qxF "$1" "$OPC_STATE/files" 2>/dev/null; }

# claim FILE: note that a file is ours. One that is there already and is not
# ours stays, and is the end: it belongs to a package or to another cluster.
claim() {
	ours "$1" && return
	if [ -e "$1" ]; then
		die "$1 is on this host already and is not ours. Remove the package or the cluster it belongs to; nothing is overwritten"
	fi
	mkdir -p "$OPC_STATE"
	echo "$1" >>"$OPC_STATE/files"
}

# put MODE SOURCE FILE: install a file when it is missing or another. It is
# replaced by a rename, so that running programs keep theirs. Sets CHANGED=yes.
put() {
	if [ -e "$3" ] && ! ours "$3" && cmp -s "$2" "$3"; then
		mkdir -p "$OPC_STATE"
		echo "$3" >>"$OPC_STATE/files" # From a run that was cut off, or put there for us.
	fi
	claim "$3"
	if cmp -s "$2" "$3"; then
		chmod "$1" "$3"
		return
	fi
	mkdir -p "$(dirname "$3")"
	cp -f "$2" "$3.opc-new"
	chmod "$1" "$3.opc-new"
	mv -f "$3.opc-new" "$3"
	# shellcheck disable=SC2034 # Read by the scripts.
	CHANGED=yes
}

# write MODE FILE: put what comes from the standard input.
write() {
	write_new=$(mktemp)
	cat >"$write_new"
	put "$1" "$write_new" "$2"
	rm -f "$write_new"
}

# setting NAME: print a value of the build (etc/opc/release of the image).
setting() {
	need etc/opc/release
	setting_value=$(sed -n "s/^$1=//p" "$OPC_ROOTFS/etc/opc/release")
	[ -n "$setting_value" ] || die "etc/opc/release of the image does not say $1"
	echo "$setting_value"
}

# keep NAME VALUE: note a value for later scripts, which sealer gives less of
# the cluster's variables.
keep() {
	! grep -qxF "$1=$2" "$OPC_STATE/host" 2>/dev/null || return 0
	mkdir -p "$OPC_STATE"
	touch "$OPC_STATE/host"
	{ grep -v "^$1=" "$OPC_STATE/host" || true; echo "$1=$2"; } >"$OPC_STATE/host.opc-new"
	mv -f "$OPC_STATE/host.opc-new" "$OPC_STATE/host"
}

# kept NAME: print a value that was kept, or nothing.
kept() { sed -n "s/^$1=//p" "$OPC_STATE/host" 2>/dev/null || true; }

# before SETTING: note once what the kernel has it set to, for the uninstallation.
before() {
	before_file=/proc/sys/$(echo "$1" | tr . /)
	[ -e "$before_file" ] || return 0
	grep -q "^$1=" "$OPC_STATE/sysctl-before" 2>/dev/null || echo "$1=$(cat "$before_file")" >>"$OPC_STATE/sysctl-before"
}

# will_make DIRECTORY…: note which of them, and of those they are in, are not
# there yet. Containers will make them and leave them empty.
will_make() {
	for will_dir in "$@"; do
		while [ ! -d "$will_dir" ]; do
			grep -qxF "$will_dir" "$OPC_STATE/directories" 2>/dev/null || echo "$will_dir" >>"$OPC_STATE/directories"
			will_dir=$(dirname "$will_dir")
		done
	done
}

# pod_routes: list the routes into the networks of pods.
pod_routes() {
	for pod_network in $(kept PodCIDR | tr , ' '); do
		case $pod_network in
		*:*) ip -6 route show root "$pod_network" ;;
		*) ip -4 route show root "$pod_network" ;;
		esac
	done 2>/dev/null | sed 's/ .*//' || true
}

# await SECONDS WHAT COMMAND…: wait until a command succeeds.
await() {
	await_left=$(($1 * 5)) await_what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		await_left=$((await_left - 1))
		[ "$await_left" -gt 0 ] || return 1
		sleep 0.2
	done
	note "$await_what"
}

# unit NAME: install a unit of the image and have it started at boot.
unit() {
	put 644 "$OPC_ROOTFS/etc/opc/units/$1" "/etc/systemd/system/$1"
	systemctl daemon-reload
	systemctl enable "$1" 2>/dev/null || die "systemctl cannot enable $1"
}

# start NAME: start a unit, or start it anew when something has CHANGED.
start() {
	if [ "${CHANGED:-no}" = yes ] || ! systemctl is-active --quiet "$1"; then
		systemctl restart "$1" || {
			journalctl -u "$1" -n 20 --no-pager >&2 || true
			die "$1 does not start; the lines above are its last"
		}
	fi
}
