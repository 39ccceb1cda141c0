#!/bin/sh
# upgrade.sh: upgrade the cluster to the image's version of Kubernetes.
#
# sealer upgrade runs it on the first master (phase upgrade), when all hosts have
# run upgrade-host.sh and the registry has the new containers. It upgrades this
# host, then the other masters, then the workers, one after the other, and ends
# at the first that fails. It may be run again at any time: what has been upgraded
# is passed over.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=upgrade-common.sh
. "$(dirname "$0")/upgrade-common.sh"

to=$(setting KUBERNETES)
name=''
await 120 "the API server answers" named || die "the API server does not answer: bring it up, or go back with sealer rollback"
all_ready
admin get nodes -o 'jsonpath={range .items[*]}{.metadata.name} {.status.nodeInfo.kubeletVersion}{"\n"}{end}' | while read -r node version; do
	near "$version" "$to"
	note "$node has $version"
done

sh "$OPC_ROOTFS/scripts/upgrade-node.sh" apply
others -l node-role.kubernetes.io/control-plane >"$SAVED/masters"
for node in $(others -l node-role.kubernetes.io/control-plane) $(others -l '!node-role.kubernetes.io/control-plane'); do
	give_turn "$node" "upgrade $to"
done
no_turns
"$OPC_ROOTFS/bin/opc-host" health --wait 5m
note "the cluster has Kubernetes $to"
