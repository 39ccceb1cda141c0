#!/bin/sh
# Launches demo 1.0. It can be run again at any time.
# Generated from the definition of the component; change that instead.
set -eu
cd "$(dirname "$0")"

say() {
    printf '%s\n' "demo: $*" >&2
}

say "is launched"
