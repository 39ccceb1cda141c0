#!/bin/sh
# turn.sh: wait for this host's turn in an upgrade or a rollback, and take it.
#
# opc-turn.service runs it, from upgrade-host.sh on until the cluster is rolled
# back. The first master tells by an annotation of this host's node whose turn it
# is (upgrade.sh, rollback.sh); the host asks for it with its own credentials and
# answers the same way. So no host needs a way into another.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=upgrade-common.sh
. "$(dirname "$0")/upgrade-common.sh"
# shellcheck disable=SC2034 # Read by turn_of.
asking="own"

# take SCRIPT ARGUMENT…: do it, and answer; the API server may be away meanwhile.
take() {
	note "it is this host's turn: $turn"
	if sh "$OPC_ROOTFS/scripts/$1" "$2"; then
		answer="done $turn"
	else
		answer="failed $turn"
	fi
	await 300 "answered: $answer" own annotate node "$name" --overwrite "$TURN=$answer" || exit 1
}

# All of it is read before it begins: sealer replaces this file.
main() {
	name=''
	while [ -d "$SAVED" ]; do
		[ -n "$name" ] || name=$(node_name 2>/dev/null || true)
		turn=$([ -z "$name" ] || turn_of "$name" 2>/dev/null || true)
		case $turn in
		"upgrade $(cat "$SAVED/to")") take upgrade-node.sh node ;;
		"rollback $(cat "$SAVED/from")") take rollback-node.sh node ;;
		esac
		sleep 3
	done
	exit 0
}
main
