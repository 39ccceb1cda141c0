#!/bin/sh
# docker.sh: refuse docker.
#
# sealer runs it instead of containerd.sh on every host of a cluster whose
# Clusterfile asks for docker (spec.containerRuntime.type: docker). Nothing on
# the host is touched.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

die "this image runs containers with containerd. Kubernetes has no support for docker since 1.24.
Take spec.containerRuntime out of the Clusterfile, or set its type to containerd. Images built with docker run as they are."
