#!/bin/sh
# uninstall-docker.sh: do nothing, with success.
#
# sealer runs it when it deletes a cluster whose Clusterfile asked for docker.
# docker.sh has refused that, so there is nothing of ours to remove.
exit 0
