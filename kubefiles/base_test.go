package kubefiles_test

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"

	"sigs.k8s.io/yaml"

	"github.com/opc-source/opc-image/kubefiles"
	"github.com/opc-source/opc-image/pkg/kubeadm"
)

// TestBaseKubeadm fills in the template as sealer does (pkg/env, RenderTemplate)
// and has its documents taken as kubeadm v1beta3, with the image's patches.
func TestBaseKubeadm(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env  map[string]string
		want []string
	}{
		"defaults": {
			map[string]string{"KubeVersion": "v1.36.3", "PodCIDR": "10.244.0.0/16", "SvcCIDR": "10.96.0.0/16"},
			[]string{"kubernetesVersion: v1.36.3\n", "podSubnet: 10.244.0.0/16\n", "dnsDomain: cluster.local\n", "mode: nftables\n", "failCgroupV1: false\n"},
		},
		"chosen": {
			map[string]string{"KubeVersion": "v1.37.2", "PodCIDR": "10.0.0.0/8,fd00::/48", "SvcCIDR": "10.96.0.0/16,fd01::/112", "DNSDomain": "shop.local", "KubeProxyMode": "ipvs"},
			[]string{"podSubnet: 10.0.0.0/8,fd00::/48\n", "dnsDomain: shop.local\n", "mode: ipvs\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := template.Must(template.New("").Parse(string(read(t, "base/etc/kubeadm.yml.tmpl"))))
			var config bytes.Buffer
			if err := text.Execute(&config, test.env); err != nil {
				t.Fatal(err)
			}
			// Of the host, by init-kube.sh; last, as the user's would be.
			host := kubeadm.Patch{Name: "90-host.yaml", Data: []byte("kind: KubeletConfiguration\nfailCgroupV1: false\n")}
			image := kubeadm.Patch{Name: "10-image.yaml", Data: read(t, "base/etc/opc/kubeadm/patches/10-image.yaml")}
			out, err := kubeadm.Convert(config.Bytes(), kubeadm.Options{Patches: []kubeadm.Patch{image, host}})
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range test.want {
				if !bytes.Contains(out, []byte(want)) {
					t.Errorf("want %q in\n%s", want, out)
				}
			}
		})
	}
}

// TestBasePlugins reads the plugins as sealer does, strictly.
func TestBasePlugins(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(kubefiles.FS, "base/plugins/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		var p struct {
			APIVersion string                                     `json:"apiVersion"`
			Kind       string                                     `json:"kind"`
			Metadata   struct{ Name string }                      `json:"metadata"`
			Spec       struct{ Type, Action, Scope, Data string } `json:"spec"`
		}
		if err := yaml.UnmarshalStrict(read(t, name), &p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		host := strings.Contains(p.Spec.Action, "-host")
		if p.Kind != "Plugin" || p.Spec.Type != "SHELL" || !strings.HasSuffix(p.Metadata.Name, strings.TrimSuffix(path.Base(name), ".yaml")) ||
			host != slices.Contains([]string{"master", "node", "master|node"}, p.Spec.Scope) {
			t.Errorf("%s: %+v", name, p)
		}
		for phase := range strings.SplitSeq(p.Spec.Action, "|") {
			if !slices.Contains([]string{
				"pre-install", "post-install", "pre-uninstall", "post-uninstall", "pre-scaleup", "post-scaleup", "upgrade", "rollback",
				"pre-init-host", "post-init-host", "pre-clean-host", "post-clean-host", "upgrade-host",
			}, phase) {
				t.Errorf("%s: sealer has no phase %q", name, phase)
			}
		}
	}
}

// TestBaseAuditPolicy: strict on names, and rules that something can reach.
func TestBaseAuditPolicy(t *testing.T) {
	t.Parallel()
	var policy struct {
		APIVersion        string   `json:"apiVersion"`
		Kind              string   `json:"kind"`
		OmitStages        []string `json:"omitStages"`
		OmitManagedFields bool     `json:"omitManagedFields"`
		Rules             []struct {
			Level           string
			Users           []string
			UserGroups      []string `json:"userGroups"`
			Verbs           []string
			NonResourceURLs []string `json:"nonResourceURLs"`
			Resources       []struct {
				Group     string
				Resources []string
			}
		}
	}
	if err := yaml.UnmarshalStrict(read(t, "base/statics/audit-policy.yml"), &policy); err != nil {
		t.Fatal(err)
	}
	if policy.APIVersion != "audit.k8s.io/v1" || policy.Kind != "Policy" || len(policy.Rules) == 0 {
		t.Errorf("%+v", policy)
	}
	for i, r := range policy.Rules {
		if !slices.Contains([]string{"None", "Metadata"}, r.Level) {
			t.Errorf("rule %d writes bodies, or nothing that is known: %s", i, r.Level)
		}
		if all := r.Users == nil && r.UserGroups == nil && r.Verbs == nil && r.NonResourceURLs == nil && r.Resources == nil; all != (i == len(policy.Rules)-1) {
			t.Errorf("rule %d: the last one, and no other, is for all that is left", i)
		}
	}
}

// TestBaseUnits: units are whole, and start programs that scripts install.
func TestBaseUnits(t *testing.T) {
	t.Parallel()
	start := regexp.MustCompile(`(?m)^ExecStart=(\S+)`)
	names, err := fs.Glob(kubefiles.FS, "base/etc/opc/units/*.service")
	if err != nil || len(names) != 4 {
		t.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		text := string(read(t, name))
		for _, want := range []string{"[Unit]\nDescription=", "\n[Service]\n", "\nRestart=always\n", "\n[Install]\nWantedBy=multi-user.target\n"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s has no %q", name, want)
			}
		}
		found := start.FindStringSubmatch(text)
		if found == nil || !slices.Contains([]string{"/usr/bin/containerd", "/usr/bin/kubelet", "/usr/bin/seautil", "/usr/local/lib/opc/registry"}, found[1]) {
			t.Errorf("%s starts %v", name, found)
		}
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := fs.ReadFile(kubefiles.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
