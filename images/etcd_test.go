package images_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const etcdManifest = `spec:
  containers:
  - command:
    - etcd
    - --initial-advertise-peer-urls=https://10.0.0.1:2380
    - --initial-cluster=one=https://10.0.0.1:2380
    - --name=one
`

// controlPlane is a directory that etcd/restore.sh takes for a host.
type controlPlane struct{ dir string }

func newControlPlane(t *testing.T) controlPlane {
	t.Helper()
	h := controlPlane{t.TempDir()}
	for name, text := range map[string]string{
		"etcd-restore":                  string(read(t, component(t, "etcd"), "restore.sh")),
		"manifests/etcd.yaml":           etcdManifest,
		"manifests/kube-apiserver.yaml": "kind: Pod\n",
		"data/member":                   "old",
		"snapshot.db":                   "new",
		"bin/etcdutl":                   "#!/bin/sh\necho \"$*\" >\"$TRACE\"\nmkdir \"$5\"\ncp \"$3\" \"$5/member\"\n",
		"bin/crictl":                    "#!/bin/sh\n[ -z \"$RUNNING\" ] || echo id\n",
		"bin/sleep":                     "#!/bin/sh\n",
	} {
		file := filepath.Join(h.dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// restore runs the script, and returns what it said.
func (h controlPlane) restore(env string, args ...string) (string, error) {
	cmd := exec.Command("sh", append([]string{"etcd-restore"}, args...)...)
	cmd.Dir = h.dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(h.dir, "bin")+":"+os.Getenv("PATH"),
		"MANIFESTS="+filepath.Join(h.dir, "manifests"), "ETCD_DATA="+filepath.Join(h.dir, "data"),
		"TRACE="+filepath.Join(h.dir, "trace"), env)
	said, err := cmd.CombinedOutput()
	return string(said), err
}

// text is the content of the one file that a pattern matches.
func (h controlPlane) text(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(h.dir, pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %v, %v; want one file", pattern, found, err)
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestEtcdIsRestored(t *testing.T) {
	t.Parallel()
	h := newControlPlane(t)
	members := "two=https://10.0.0.2:2380,one=https://10.0.0.1:2380"
	if said, err := h.restore("RUNNING=", "snapshot.db", members); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for pattern, want := range map[string]string{
		"data/member": "new", "data.before-*/member": "old",
		"manifests/etcd.yaml": etcdManifest, "manifests/kube-apiserver.yaml": "kind: Pod\n",
	} {
		if got := h.text(t, pattern); got != want {
			t.Errorf("%s is %q, want %q", pattern, got, want)
		}
	}
	for _, want := range []string{"--name one ", "--initial-cluster " + members + " ", "--initial-advertise-peer-urls https://10.0.0.1:2380 "} {
		if trace := h.text(t, "trace"); !strings.Contains(trace, want) {
			t.Errorf("%q is missing in: etcdutl %s", want, trace)
		}
	}
}

func TestEtcdStaysWhenItCannotBeRestored(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env, want string
		args      []string
	}{
		"no snapshot":   {"RUNNING=", "name a snapshot", []string{"none.db"}},
		"no argument":   {"RUNNING=", "name a snapshot", nil},
		"foreign":       {"RUNNING=", "without this host, one=https://10.0.0.1:2380", []string{"snapshot.db", "two=https://10.0.0.2:2380"}},
		"still running": {"RUNNING=yes", "does not stop; nothing was changed", []string{"snapshot.db"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newControlPlane(t)
			if said, err := h.restore(test.env, test.args...); err == nil || !strings.Contains(said, test.want) {
				t.Errorf("%v, said %q, want %q", err, said, test.want)
			}
			if h.text(t, "data/member") != "old" || h.text(t, "manifests/etcd.yaml") != etcdManifest {
				t.Error("the host is not as it was")
			}
		})
	}
}

// The image is on the hosts already, and of the server's own version.
func TestEtcdBackupUsesTheClustersImage(t *testing.T) {
	t.Parallel()
	job := find(t, objects(t, component(t, "etcd")), "CronJob", "etcd-backup")
	spec, _ := field(job, "spec", "jobTemplate", "spec", "template", "spec").(map[string]any)
	image := maps(spec["initContainers"])[0]["image"]
	for _, own := range component(t, "kubernetes-1.36").Images {
		if own.Name == image {
			return
		}
	}
	t.Errorf("the component kubernetes-1.36 has no image %s", image)
}
