#!/bin/sh
# What stories look with. It is read by them, not run.
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
