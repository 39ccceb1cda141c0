#!/bin/sh
# Takes demo out of the cluster. It can be run again at any time.
# Generated from the definition of the component; change that instead.
#
# What holds data stays: definitions (CRDs) with all objects made of them,
# volumes, namespaces and the secrets that the launch made. With --purge the
# secrets and volumes go too.
set -eu
cd "$(dirname "$0")"

say() {
    printf '%s\n' "demo: $*" >&2
}

case "$*" in
"") ;;
--purge) ;;
*)
    say "usage: $0 [--purge]"
    exit 2
    ;;
esac

./install.sh --remove
say "is taken out of the cluster"
