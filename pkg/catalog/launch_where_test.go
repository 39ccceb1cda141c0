package catalog_test

import (
	"strings"
	"testing"
)

// What cannot run on any host is neither installed nor waited for, and is named.
func TestLaunchLeavesOutWhatCannotRun(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	said, err := h.launch()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, want := range []string{
		"demo: release extra runs on linux/arm64 only, and no host of the cluster is one: it is left out\n",
		"demo: Deployment extra in namespace demo runs on linux/arm64 only, and no host of the cluster is one: it is left out\n",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in:\n%s", want, said)
		}
	}
	if calls := h.read(t, "calls"); strings.Contains(calls, "extra") {
		t.Errorf("it tries all the same:\n%s", calls)
	}
}

func TestLaunchGoesWhereItCanRun(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.write(t, "nodes", "linux/amd64\nlinux/arm64\nlinux/amd64\n")
	if said, err := h.launch(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	calls := h.read(t, "calls")
	keep := `kubectl patch deployment/extra --namespace demo --patch {"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/arch":"arm64"}}}}}` + "\n"
	wait := "kubectl rollout status deployment/extra "
	if !strings.Contains(calls, "helm upgrade --install extra ") || !strings.Contains(calls, keep+wait) {
		t.Errorf("it does not keep the pods to hosts of the platform:\n%s", calls)
	}
}

// The platforms of the component are those of all of it.
func TestLaunchLeavesOutAComponent(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.write(t, "nodes", "linux/arm64\n")
	said, err := h.launch()
	if want := "demo: demo runs on linux/amd64 only, and no host of the cluster is one: it is left out\n"; err != nil || said != want {
		t.Errorf("%v: got %s want %s", err, said, want)
	}
	if calls := h.read(t, "calls"); strings.Contains(calls, "helm upgrade") || strings.Contains(calls, "apply") {
		t.Errorf("it installs something:\n%s", calls)
	}
}

func TestLaunchOnASingleNode(t *testing.T) {
	t.Parallel()
	for env, single := range map[string]bool{"SingleNode=true": true, "SingleNode=false": false, "SingleNode=": false} {
		h := newHost(t)
		if said, err := h.launch(env); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		calls := h.read(t, "calls")
		for want, in := range map[string]bool{
			" --wait --timeout 1h\n":                                                                !single,
			" --wait --timeout 1h --values values/single/demo.yaml\n":                               single,
			"kubectl apply --server-side --force-conflicts -f manifests/single/after.yaml\n":        single,
			"kubectl apply --server-side --force-conflicts -f manifests/after.yaml\n":               !single,
			"kubectl apply --server-side --force-conflicts -f manifests/before.yaml\n":              true,
			"helm upgrade --install demo-operator charts/operator-v1.2.3.tgz --namespace operators": true,
		} {
			if strings.Contains(calls, want) != in {
				t.Errorf("%s: %q: want %v in:\n%s", env, want, in, calls)
			}
		}
	}
}

// Helm 3 has no flags for applying on the server.
func TestLaunchSuitsHelm(t *testing.T) {
	t.Parallel()
	for version, server := range map[string]bool{"v4.3.1+g12": true, "v3.20.0+g12": false} {
		h := newHost(t)
		h.write(t, "helm-version", version+"\n")
		if said, err := h.launch(); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		if calls := h.read(t, "calls"); strings.Contains(calls, "--create-namespace --server-side=true --force-conflicts ") != server {
			t.Errorf("%s:\n%s", version, calls)
		}
	}
}

// What the networks of the cluster are decides about values and manifests.
func TestLaunchFollowsTheNetworks(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]struct{ set, manifest string }{
		"  podSubnet: 10.1.0.0/16\n":               {`pods=10.1.0.0/16 --set six.on=false --set six.pods=`, "network.yaml"},
		"  podSubnet: \"10.1.0.0/16,fd00::/56\"\n": {`pods=10.1.0.0/16 --set six.on=true --set six.pods=fd00::/56`, "dual/network.yaml"},
		"  podSubnet: fd00::/56\n":                 {`pods= --set six.on=true --set six.pods=fd00::/56`, "network.yaml"},
	} {
		h := newHost(t)
		h.put(t, "manifests/dual/network.yaml", "a: 6\n")
		h.write(t, "kubeadm-config", "networking:\n  serviceSubnet: 10.9.0.0/16\n"+config)
		if said, err := h.launch("PodCIDR=10.2.0.0/16"); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		calls := h.read(t, "calls")
		for _, line := range []string{"helm upgrade --install demo charts/demo --namespace demo --create-namespace --server-side=true --force-conflicts --values values/demo.yaml --set " + want.set + " --wait", "-f manifests/" + want.manifest + "\n"} {
			if !strings.Contains(calls, line) {
				t.Errorf("%q: %q is missing in:\n%s", config, line, calls)
			}
		}
	}
}

// A cluster that kubeadm has not made says nothing; then the variable counts.
func TestLaunchAsksForTheNetworks(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.write(t, "kubeadm-config", "")
	said, err := h.launch("PodCIDR=")
	if err == nil || !strings.Contains(said, "cannot tell the network of the pods") || !strings.Contains(said, "set PodCIDR") {
		t.Errorf("%v: %s", err, said)
	}
	if said, err = h.launch("PodCIDR=10.2.0.0/16"); err != nil || !strings.Contains(h.read(t, "calls"), " --set pods=10.2.0.0/16 ") {
		t.Errorf("%v: %s", err, said)
	}
}
