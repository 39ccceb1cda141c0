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

# answer WHAT: tell the first master; the API server may be away meanwhile.
answer() { await 300 "answered: $1" own annotate node "$name" --overwrite "$TURN=$1" || exit 1; }

# take SCRIPT ARGUMENT…: do it, and answer.
take() {
	note "it is this host's turn: $turn"
	script=$1
	shift
	if sh "$OPC_ROOTFS/scripts/$script" "$@"; then
		answer "done $turn"
	else
		answer "failed $turn"
	fi
}

# begin: go back together with the other masters. All of them hear of it before
# the first one takes etcd's quorum away. What was begun is finished, also after
# this host has lost its power: nobody can tell it to any more.
begin() {
	note "it is this host's turn: $turn"
	cp "$SAVED/members" "$SAVED/begun.part"
	sync
	mv "$SAVED/begun.part" "$SAVED/begun"
	answer "done $turn"
	sleep 20
}

# All of it is read before it begins: sealer replaces this file.
main() {
	name=''
	while [ -d "$SAVED" ]; do
		if [ -f "$SAVED/begun" ]; then
			back=$(cat "$SAVED/from")
			sh "$OPC_ROOTFS/scripts/rollback-node.sh" master "$(cat "$SAVED/begun")" || exit 1 # To be started again.
			name=$(node_name)
			answer "done back $back"
			exit 0
		fi
		[ -n "$name" ] || name=$(node_name 2>/dev/null || true)
		turn=$([ -z "$name" ] || turn_of "$name" 2>/dev/null || true)
		from=$(cat "$SAVED/from")
		case $turn in
		"upgrade $(cat "$SAVED/to")") take upgrade-node.sh node ;;
		"rollback $from") take rollback-node.sh node ;;
		"rollback $from "*) take rollback-node.sh prepare "${turn##* }" ;;
		"begin $from") [ ! -f "$SAVED/members" ] || begin ;;
		esac
		sleep 3
	done
	exit 0
}
main
