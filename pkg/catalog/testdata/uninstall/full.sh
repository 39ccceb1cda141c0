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

purge=
case "$*" in
"") ;;
--purge) purge=yes ;;
*)
    say "usage: $0 [--purge]"
    exit 2
    ;;
esac

# parts stay|go: prints those YAML documents of the input that stay, unless Helm
# keeps them anyway, or those that go.
parts() {
    awk -v want="$1" '
        function flush() {
            stays = doc ~ /\nkind: *"?(CustomResourceDefinition|Namespace|PersistentVolumeClaim)"? *\r?\n/
            marked = doc ~ /helm\.sh\/resource-policy"?: *"?keep/
            if (doc ~ /\nkind:/ && (want == "stay" ? stays && !marked : !stays)) printf "---%s", doc
            doc = "\n"
        }
        /^---/ { flush(); next }
        { doc = doc $0 "\n" }
        BEGIN { doc = "\n" }
        END { flush() }'
}

# remove FILE: deletes the objects of a manifest, and waits until they are gone.
remove() {
    objects=$(parts go <"$1")
    [ -z "$objects" ] || printf '%s\n' "$objects" |
        kubectl delete --ignore-not-found --wait --timeout 10m -f - >&2
}

# uninstall RELEASE NAMESPACE: as Helm does, and keeps what holds data also where
# the chart does not say so: that is marked in the cluster, then the release
# becomes an empty one, for which Helm deletes all that is not marked.
uninstall() {
    if ! objects=$(helm get manifest "$1" --namespace "$2" 2>&1); then
        say "release $1 in namespace $2: $objects"
        case $objects in
        *"not found"*) return ;;
        *) exit 1 ;;
        esac
    fi
    objects=$(printf '%s\n' "$objects" | parts stay)
    if [ -n "$objects" ]; then
        objects=$(printf '%s\n' "$objects" | kubectl get --ignore-not-found --namespace "$2" --output yaml -f -)
    fi
    if [ -n "$objects" ]; then
        printf '%s\n' "$objects" | kubectl annotate --overwrite -f - helm.sh/resource-policy=keep >&2
        empty=$(mktemp -d)
        printf '%s\n' "apiVersion: v2" "name: empty" "version: 0.0.0" >"$empty/Chart.yaml"
        helm upgrade "$1" "$empty" --namespace "$2" --reset-values >&2
        rm -r "$empty"
    fi
    helm uninstall "$1" --namespace "$2" --wait --timeout 10m >&2
}

remove manifests/network.yaml
remove manifests/after.yaml
uninstall extra demo
uninstall demo demo
uninstall demo-operator operators
remove manifests/before.yaml

if [ -n "$purge" ]; then
    kubectl delete secret demo-admin --namespace demo --ignore-not-found >&2
    kubectl delete secret other --namespace elsewhere --ignore-not-found >&2
    kubectl delete persistentvolumeclaim --namespace demo --selector 'app.kubernetes.io/instance in (demo,demo-operator,extra)' --ignore-not-found >&2
    kubectl delete persistentvolumeclaim --namespace elsewhere --selector 'app.kubernetes.io/instance in (demo,demo-operator,extra)' --ignore-not-found >&2
    kubectl delete persistentvolumeclaim --namespace operators --selector 'app.kubernetes.io/instance in (demo,demo-operator,extra)' --ignore-not-found >&2
else
    say "its definitions, volumes and secrets are kept; $0 --purge deletes the volumes and secrets"
fi
say "is taken out of the cluster"
