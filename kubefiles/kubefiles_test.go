package kubefiles_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/kubefile"
)

func TestProfilesKeepTheRules(t *testing.T) {
	t.Parallel()
	for _, file := range profiles(t) {
		for _, problem := range kubefile.Lint(file, kubefile.LintOptions{}) {
			t.Error(problem)
		}
	}
}

func TestComponentsStandBehindWhatTheyRequire(t *testing.T) {
	t.Parallel()
	c, all := load(t), profiles(t)
	for name := range all {
		chain := scripts(t, all, name)
		for _, list := range [][]string{components(chain...), launched(chain...)} {
			for i, component := range list {
				definition, err := c.Get(component)
				if err != nil {
					t.Errorf("profile %s: %v", name, err)
					continue
				}
				for _, required := range definition.Requires {
					if !slices.Contains(list[:i], required) {
						t.Errorf("profile %s: %s requires %s, which must come before it", name, component, required)
					}
				}
			}
		}
	}
}

// leftOut are the components that full does not have, and why not.
var leftOut = map[string]string{
	"appactive":               "still since 2022, and routes nothing before it is told what",
	"chaosblade-box":          "its image is for amd64 only, of 2024 and outside of releases since; the operator needs no console",
	"cilium":                  "chosen instead of Calico by CNI",
	"cloud-alibaba":           "chosen where the hosts are Alibaba Cloud's",
	"cloud-huawei":            "chosen where the hosts are Huawei Cloud's",
	"cloud-openstack":         "chosen where the hosts are OpenStack's",
	"cloud-tencent":           "chosen where the hosts are Tencent Cloud's",
	"cloud-vsphere":           "chosen where the hosts are vSphere's",
	"csi-driver-nfs":          "chosen where there is an NFS server",
	"flannel":                 "chosen instead of Calico by CNI",
	"hybridnet":               "chosen instead of Calico by CNI",
	"kubernetes-1.37":         "chosen instead of 1.36 by KUBE_VERSION",
	"node-local-dns":          "chosen where pods ask for many names",
	"none":                    "chosen instead of Calico by CNI",
	"metallb":                 "chosen where nothing else gives addresses to services",
	"open-local":              "chosen where hosts have volume groups for it",
	"shardingsphere-operator": "of 2023, and cannot run the proxy that full has",
	"takin":                   "parts of it carry no licence, and it has been still since 2023",
	"terraform":               "its licence is restricted, and OpenTofu does the same",
}

func TestFullHasEverything(t *testing.T) {
	t.Parallel()
	got := slices.AppendSeq(components(scripts(t, profiles(t), "full")...), maps.Keys(leftOut))
	slices.Sort(got)
	if diff := cmp.Diff(load(t).Names(), got); diff != "" {
		t.Errorf("components of full (-catalog +full):\n%s", diff)
	}
}

func TestWhatIsDeclaredIsLaunched(t *testing.T) {
	t.Parallel()
	all := profiles(t)
	for name, file := range all {
		s := script(t, file)
		if diff := cmp.Diff(components(s), launched(s)); diff != "" && name != "base" {
			t.Errorf("profile %s (-declared +launched):\n%s", name, diff)
		}
	}
}

// The network is launched before all that waits for ready nodes, and is told to
// sealer as one.
func TestNetworkComesFirst(t *testing.T) {
	t.Parallel()
	all := profiles(t)
	for name := range all {
		first := scripts(t, all, name)
		if got := launched(first...)[0]; got != "calico" {
			t.Errorf("profile %s launches %s first", name, got)
		}
	}
	for _, name := range []string{"calico", "cilium", "flannel", "hybridnet", "none"} {
		chosen, err := kubefile.Expand(all["base"], kubefile.ExpandOptions{BuildArgs: map[string]string{"CNI": name}})
		if err != nil {
			t.Fatal(err)
		}
		apps := chosen.Apps()
		last := apps[len(apps)-1]
		if got := components(chosen); last.Keyword() != "CNI" || got[len(got)-1] != name || !slices.Equal(launched(chosen), []string{name}) {
			t.Errorf("CNI=%s: %s %v launches %v", name, last.Keyword(), got, launched(chosen))
		}
	}
}
