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

# stuck RELEASE NAMESPACE: says why a release did not become ready, and ends.
stuck() {
    say "release $1 in namespace $2 is not ready"
    why "$2"
    exit 1
}

# unlock RELEASE NAMESPACE: forgets an installation of the release that was
# killed half-way; Helm would refuse to go on.
unlock() {
    kubectl delete secret --namespace "$2" --selector \
        "owner=helm,name=$1,status in (pending-install,pending-upgrade,pending-rollback)" >/dev/null
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

kubectl apply --server-side --force-conflicts -f manifests/before.yaml

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

unlock demo-operator operators
definitions=$(helm show crds charts/operator-v1.2.3.tgz)
printf '%s\n' "$definitions" | kubectl apply --server-side --force-conflicts -f -
helm upgrade --install demo-operator charts/operator-v1.2.3.tgz \
    --namespace operators --create-namespace \
    --timeout 10m || stuck demo-operator operators

unlock demo demo
helm upgrade --install demo charts/demo \
    --namespace demo --create-namespace \
    --values values/demo.yaml \
    --wait --timeout 1h || stuck demo demo

kubectl apply --server-side --force-conflicts -f manifests/after.yaml

failed=
deadline=$(($(date +%s) + 3))
ready 'Deployment demo in namespace demo' demo rollout status deployment/demo --namespace demo --timeout=10s
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
