#!/bin/sh
# Launches demo 1.0. It can be run again at any time.
# Generated from the definition of the component; change that instead.
set -eu
cd "$(dirname "$0")"

say() {
    printf '%s\n' "demo: $*" >&2
}

# why NAMESPACE: shows the pods there, and the last warnings.
why() {
    kubectl get pods --namespace "$1" >&2 || true
    kubectl get events --namespace "$1" --field-selector type=Warning --sort-by .lastTimestamp 2>&1 | tail -n 10 >&2
}

hosts=$(kubectl get nodes --output 'jsonpath={range .items[*]}{.status.nodeInfo.operatingSystem}/{.status.nodeInfo.architecture}{"\n"}{end}')

# runs WHAT PLATFORM...: tells whether a host of the cluster is of a platform.
runs() {
    what=$1
    shift
    for platform in "$@"; do
        if [ -z "$hosts" ] || printf '%s\n' "$hosts" | grep -qxF "$platform"; then
            return
        fi
    done
    say "$what runs on $* only, and no host of the cluster is one: it is left out"
    return 1
}

# A cluster of a single node gets fewer copies of everything. The base has kept
# what SingleNode was when the cluster was made.
single=${SingleNode:-$(sed -n 's/^SingleNode=//p' /etc/opc/host 2>/dev/null || true)}

# The networks of the pods are those that the cluster was made with.
networks=$(kubectl get configmap kubeadm-config --namespace kube-system --ignore-not-found \
    --output 'jsonpath={.data.ClusterConfiguration}' | sed -n 's/^ *podSubnet: *//p' | tr -d '"')
networks=$(printf '%s' "${networks:-${PodCIDR:-}}" | tr , '\n')
if [ -z "$networks" ]; then
    say "cannot tell the network of the pods: kubeadm-config in kube-system has no podSubnet; set PodCIDR"
    exit 1
fi
podCIDR4=$(printf '%s\n' "$networks" | grep -v : || true)
podCIDR6=$(printf '%s\n' "$networks" | grep : || true)
# shellcheck disable=SC2034 # Not everything asks for these.
{
    ipv4=false ipv6=false
    [ -z "$podCIDR4" ] || ipv4=true
    [ -z "$podCIDR6" ] || ipv6=true
}

# manifest FILE: applies it. What the image says counts, whoever changed it since.
manifest() {
    if [ "$single" = true ] && [ -f "manifests/single/${1#*/}" ]; then
        set -- "manifests/single/${1#*/}"
    fi
    if [ "$ipv4$ipv6" = truetrue ] && [ -f "manifests/dual/${1#*/}" ]; then
        set -- "manifests/dual/${1#*/}"
    fi
    kubectl apply --server-side --force-conflicts -f "$1"
}

# Helm 4 applies on the server as well; Helm 3 does not know these flags.
case $(helm version --short) in
v3.*) server= ;;
*) server='--server-side=true --force-conflicts' ;;
esac

# release NAME NAMESPACE CHART ARGUMENT...: installs or upgrades a release. One
# that was killed half-way is forgotten first; Helm would refuse to go on.
release() {
    name=$1 namespace=$2 chart=$3
    shift 3
    if [ "$single" = true ] && [ -f "values/single/$name.yaml" ]; then
        set -- "$@" --values "values/single/$name.yaml"
    fi
    kubectl delete secret --namespace "$namespace" --selector \
        "owner=helm,name=$name,status in (pending-install,pending-upgrade,pending-rollback)" >/dev/null
    # shellcheck disable=SC2086 # Words of their own.
    if ! helm upgrade --install "$name" "$chart" --namespace "$namespace" --create-namespace $server "$@"; then
        say "release $name in namespace $namespace is not ready"
        why "$namespace"
        exit 1
    fi
}

# definitions CHART: applies those in its crds folders. Helm never changes one.
definitions() {
    definitions=$(helm show crds "$1")
    printf '%s\n' "$definitions" | kubectl apply --server-side --force-conflicts -f -
}

# ready OBJECT NAMESPACE CHECK...: repeats kubectl CHECK until it succeeds or the
# time is over.
ready() {
    object=$1 namespace=$2
    shift 2
    until reason=$(kubectl "$@" 2>&1); do
        if [ "$(date +%s)" -ge "$deadline" ]; then
            say "$object is not ready: $reason"
            [ -z "$namespace" ] || why "$namespace"
            failed=yes
            return
        fi
        sleep 2
    done
    say "$object is ready"
}

# password: prints 32 random hexadecimal digits.
password() {
    digits=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    if [ "${#digits}" -ne 32 ]; then
        say "cannot read random bytes from /dev/urandom"
        return 1
    fi
    printf '%s' "$digits"
}

# namespace NAME: creates the namespace when it is missing.
namespace() {
    kubectl get namespace "$1" >/dev/null 2>&1 || kubectl create namespace "$1"
}

runs demo linux/amd64 || exit 0

manifest manifests/before.yaml

# The secret for the user's console: made once, then kept.
if ! kubectl get secret demo-admin --namespace demo >/dev/null 2>&1; then
    namespace demo
    password_0=$(password)
    password_1=$(password)
    kubectl create -f - <<END
apiVersion: v1
kind: Secret
metadata:
  name: demo-admin
  namespace: demo
type: Opaque
stringData:
  note: "it's \$HOME and \`date\` \\\\"
  user: "ad\\"min"
  password: "$password_0"
  api.key: "$password_1"
END
fi

# The secret for the other console: made once, then kept.
if ! kubectl get secret other --namespace elsewhere >/dev/null 2>&1; then
    namespace elsewhere
    password_0=$(password)
    kubectl create -f - <<END
apiVersion: v1
kind: Secret
metadata:
  name: other
  namespace: elsewhere
type: Opaque
stringData:
  password: "$password_0"
END
fi

definitions charts/operator-v1.2.3.tgz
release demo-operator operators charts/operator-v1.2.3.tgz --timeout 10m

release demo demo charts/demo --values values/demo.yaml --set pods="$podCIDR4" --set six.on="$ipv6" --set six.pods="$podCIDR6" --wait --timeout 1h

if runs 'release extra' linux/arm64; then
    release extra demo charts/extra --wait --timeout 10m
fi

manifest manifests/after.yaml

manifest manifests/network.yaml

failed=
deadline=$(($(date +%s) + 3))
ready 'Deployment demo in namespace demo' demo rollout status deployment/demo --namespace demo --timeout=10s
if runs 'Deployment extra in namespace demo' linux/arm64; then
    kubectl patch deployment/extra --namespace demo --patch '{"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/arch":"arm64"}}}}}' || true
    ready 'Deployment extra in namespace demo' demo rollout status deployment/extra --namespace demo --timeout=10s
fi
ready 'Job setup in namespace operators' operators wait job/setup --namespace operators --for=condition=Complete --timeout=10s
ready 'CustomResourceDefinition demos.example.org' '' wait customresourcedefinition/demos.example.org --for=condition=Established --timeout=10s
ready 'RuntimeClass demo' '' get runtimeclass/demo
ready 'demo.example.org demo in namespace demo' demo wait demo.example.org/demo --namespace demo --for=condition=Available --timeout=10s
ready 'demo.example.org demo in namespace demo' demo wait demo.example.org/demo --namespace demo '--for=jsonpath={.status.phase}=Ready' --timeout=10s
[ -z "$failed" ] || exit 1

say "is launched"
say 'the password for the user'\''s console is in the secret demo-admin, key password, in the namespace demo'
say 'the password for the user'\''s console is in the secret demo-admin, key api.key, in the namespace demo'
say 'the password for the other console is in the secret other, key password, in the namespace elsewhere'
say 'The console'\''s address is https://demo'
