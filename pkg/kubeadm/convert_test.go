package kubeadm

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

const sealer = "../../testdata/sealer/"

// imagePatch is of the kind that the base image brings.
const imagePatch = `
kind: KubeletConfiguration
failCgroupV1: false
evictionHard: {memory.available: 200Mi, imagefs.available: null}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
scheduler: {extraArgs: {bind-address: 0.0.0.0}}
apiServer: {extraArgs: {audit-log-maxsize: null, audit-log-maxage: "30"}, extraVolumes: null}
proxy: {disabled: true}
---
kind: JoinConfiguration
nodeRegistration: {imagePullSerial: false, kubeletExtraArgs: {node-labels: from=patch}}
`

// basePatch is the one that the base image does bring. That it cannot be read
// shows in the golden files.
func basePatch() []byte {
	b, _ := os.ReadFile("../../kubefiles/base/etc/opc/kubeadm/patches/10-image.yaml")
	return b
}

var conversions = []struct {
	golden, input string
	patches       []Patch
}{
	{"merged-init", "run-kubeadm-init-merged.yaml", nil},
	{"one-init", "kubeadm/one-init.yaml", nil},
	{"three-init", "kubeadm/three-init.yaml", nil},
	{"three-join-master", "kubeadm/three-join-master.yaml", nil},
	{"three-join-worker", "kubeadm/three-join-worker.yaml", nil},
	{"ipv6-init", "kubeadm/ipv6-init.yaml", nil},
	{"ipv6-join-worker", "kubeadm/ipv6-join-worker.yaml", nil},
	{"dual-init", "kubeadm/dual-init.yaml", nil},
	{"external-init", "kubeadm/external-init.yaml", nil},
	{"etcd-init", "kubeadm/etcd-init.yaml", nil},
	{"user-init", "kubeadm/user-init.yaml", nil},
	{"user-join-worker", "kubeadm/user-join-worker.yaml", nil},
	{"base-init", "kubeadm/base-init.yaml", []Patch{{Name: "10-image.yaml", Data: basePatch()}}},
	{"base-join-worker", "kubeadm/base-join-worker.yaml", []Patch{{Name: "10-image.yaml", Data: basePatch()}}},
	{"patched-init", "kubeadm/one-init.yaml", []Patch{{Name: "10-image.yaml", Data: []byte(imagePatch)}}},
	{"patched-join-worker", "kubeadm/user-join-worker.yaml", []Patch{{Name: "10-image.yaml", Data: []byte(imagePatch)}}},
}

func TestConvert(t *testing.T) {
	t.Parallel()
	for _, test := range conversions {
		t.Run(test.golden, func(t *testing.T) {
			t.Parallel()
			got, err := Convert(read(t, sealer+test.input), Options{Patches: test.patches})
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", test.golden+".yaml")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(read(t, golden)), string(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			again, err := Convert(read(t, sealer+test.input), Options{Patches: test.patches})
			if err != nil || string(again) != string(got) {
				t.Errorf("the second conversion is not like the first: %v", err)
			}
			if old, err := Old(got); old || err != nil {
				t.Errorf("Old(result) = %v, %v", old, err)
			}
		})
	}
}

// TestDeadThings looks for what current components die of, in every golden file.
func TestDeadThings(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(names) < len(conversions) {
		t.Fatalf("%d golden files, %v", len(names), err)
	}
	for _, name := range names {
		text := string(read(t, name))
		for _, dead := range []string{
			"v1beta3", "TTLAfterFinished", "EphemeralContainers", "experimental-cluster", "udpIdleTimeout",
			"dockershim", "taints: null", `dataDir: ""`, "timeoutForControlPlane",
		} {
			if strings.Contains(text, dead) {
				t.Errorf("%s has %q", name, dead)
			}
		}
	}
}

// TestKubeadmAccepts asks the kubeadm programs named by KUBEADM_BINARIES (a list
// like PATH) whether they take the golden files, with their own version of
// Kubernetes in them: each deploys only that and the one before. What sealer
// wrote they must refuse or call deprecated (1.36 does, at a join), or the question
// would mean nothing.
func TestKubeadmAccepts(t *testing.T) {
	t.Parallel()
	programs := filepath.SplitList(os.Getenv("KUBEADM_BINARIES"))
	if len(programs) == 0 {
		t.Skip("KUBEADM_BINARIES names no kubeadm programs")
	}
	for _, program := range programs {
		out, err := exec.Command(program, "version", "--output=short").Output()
		if err != nil {
			t.Fatalf("%s: %v", program, err)
		}
		version := strings.TrimSpace(string(out))
		validate := func(t *testing.T, name string) (string, error) {
			t.Helper()
			text := kubernetesVersion.ReplaceAll(read(t, name), []byte("kubernetesVersion: "+version))
			file := filepath.Join(t.TempDir(), "kubeadm.yaml")
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(program, "config", "validate", "--config", file).CombinedOutput()
			return string(out), err
		}
		for _, test := range conversions {
			t.Run(version+"/"+test.golden, func(t *testing.T) {
				t.Parallel()
				if out, err := validate(t, filepath.Join("testdata", test.golden+".yaml")); err != nil || !strings.HasSuffix(out, "ok\n") {
					t.Errorf("%v\n%s", err, out)
				}
				if out, err := validate(t, sealer+test.input); err == nil && !strings.Contains(out, "deprecated API spec") {
					t.Errorf("what sealer wrote is taken too\n%s", out)
				}
			})
		}
	}
}

var kubernetesVersion = regexp.MustCompile(`kubernetesVersion: \S+`)

func TestOld(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false,
		"apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n":                       false,
		"apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\n":                       true,
		"apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n":             false,
		"kind: A\n---\n---\napiVersion: kubeadm.k8s.io/v1beta2\nkind: ClusterConfiguration\n": true,
	} {
		if old, err := Old([]byte(text)); old != want || err != nil {
			t.Errorf("%q: %v, %v", text, old, err)
		}
	}
	if _, err := Old([]byte("a: [")); err == nil {
		t.Error("broken YAML is no error")
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
