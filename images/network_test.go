package images_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// networks are the components that a cluster has one of.
var networks = []string{"calico", "cilium", "flannel", "hybridnet"}

// Two networks in a cluster answer for the same pods, and two of these bring
// definitions of the same names.
func TestNetworksConflict(t *testing.T) {
	t.Parallel()
	for _, name := range networks {
		c := component(t, name)
		for _, other := range networks {
			if slices.Contains(c.Conflicts, other) != (other != name) {
				t.Errorf("%s conflicts with %v", name, c.Conflicts)
			}
		}
		if len(c.Requires) > 0 || len(c.Ready) == 0 {
			t.Errorf("%s comes first and is waited for: requires %v, ready %v", name, c.Requires, c.Ready)
		}
	}
}

// Calico finds the networks itself. The others have defaults that a cluster with
// another PodCIDR must not get.
func TestNetworksFollowTheCluster(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]map[string]string{
		"cilium":    {"ipv4.enabled": "ipv4", "ipv6.enabled": "ipv6"},
		"flannel":   {"podCidr": "podCIDR4", "podCidrv6": "podCIDR6"},
		"hybridnet": {"podCIDR": "podCIDR4"},
	} {
		// hybridnet's own chart is the first: its webhook lets no network pass
		// before it runs.
		set := component(t, name).Install.Charts[0].Set
		for value, from := range want {
			if set[value] != from {
				t.Errorf("%s: %s is set to %q, want %s", name, value, set[value], from)
			}
		}
	}
	calico := component(t, "calico").Install.Manifests[0]
	for _, e := range calico.Edits {
		if strings.Contains(e.Replace, "POOL_CIDR") {
			t.Errorf("Calico's pool no longer is kubeadm's: %s", e.Replace)
		}
	}
	var dual []string
	for _, e := range calico.DualEdits {
		dual = append(dual, e.Replace)
	}
	for _, want := range []string{`"assign_ipv6": "true"`, "FELIX_IPV6SUPPORT\n              value: \"true\"", "- name: IP6\n"} {
		if !strings.Contains(strings.Join(dual, ""), want) {
			t.Errorf("Calico in a cluster with two families has no %q", want)
		}
	}
}

// The cache is asked under the address of kube-dns, and must not ask itself.
func TestLocalDNSListensForPods(t *testing.T) {
	t.Parallel()
	list := objects(t, component(t, "node-local-dns"))
	corefile, _ := field(find(t, list, "ConfigMap", "node-local-dns"), "data", "Corefile").(string)
	if n := strings.Count(corefile, "bind 169.254.20.10 10.96.0.10\n"); n != 4 {
		t.Errorf("%d of 4 zones listen:\n%s", n, corefile)
	}
	spec := pod(find(t, list, "DaemonSet", "node-local-dns"))
	if spec["dnsPolicy"] != "Default" || spec["hostNetwork"] != true {
		t.Errorf("it has the DNS of pods: %v", spec)
	}
	args, err := yaml.Marshal(containers(spec)[0]["args"])
	if err != nil || !strings.Contains(string(args), "169.254.20.10,10.96.0.10\n") || !strings.Contains(string(args), "- kube-dns-upstream\n") {
		t.Errorf("%v: arguments %s", err, args)
	}
	find(t, list, "Service", "kube-dns-upstream")
}

func TestCoreDNSFitsTheCluster(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, nodes, has, single, arg string
		want                          []string
	}{
		{"small", "3", "2", "", "", []string{`"replicas": 2,`, `"memory": "512Mi"`}},
		{"large", "49", "2", "", "", []string{`"replicas": 4,`}},
		{"somebody wants more", "3", "5", "", "", []string{`"replicas": 5,`}},
		{"single", "1", "2", "true", "", []string{`"replicas": 1,`}},
		{"taken out", "49", "4", "", "kubeadm", []string{`"replicas": 4,`, `"memory": "170Mi"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			const kubectl = "#!/bin/sh\ncase $* in\n\"get nodes\"*) seq \"$NODES\" ;;\n\"get deployment\"*) printf %s \"$HAS\" ;;\n*) printf '%s' \"$*\" ;;\nesac\n"
			if err := os.WriteFile(filepath.Join(dir, "kubectl"), []byte(kubectl), 0o755); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("sh", "coredns-size/size.sh")
			if test.arg != "" {
				cmd.Args = append(cmd.Args, test.arg)
			}
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "NODES="+test.nodes, "HAS="+test.has, "SingleNode="+test.single)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			_, patch, _ := strings.Cut(string(out), "--patch ")
			var deployment map[string]any
			if err := yaml.Unmarshal([]byte(patch), &deployment); err != nil {
				t.Fatalf("%v: %s", err, patch)
			}
			for _, want := range test.want {
				if !strings.Contains(patch, want) {
					t.Errorf("want %s in %s", want, patch)
				}
			}
		})
	}
}
