package sealer

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const samples = "../../../testdata/sealer/"

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestDefaults: what we take for sealer's defaults is what it wrote.
func TestDefaults(t *testing.T) {
	t.Parallel()
	if !bytes.Equal([]byte(defaults), []byte(read(t, samples+"run-kubeadm-init-merged.yaml"))) {
		t.Error("kubeadm-default.yaml is not what testdata/sealer has of a real sealer")
	}
}

// TestMergeConfig makes the files that sealer's own code made of the base's
// template.
func TestMergeConfig(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	template := read(t, "../../../kubefiles/base/etc/kubeadm.yml.tmpl")
	if err := os.WriteFile(filepath.Join(dir, "kubeadm.yml.tmpl"), []byte(template), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := render(dir, map[string]string{"KubeVersion": "v1.36.3", "PodCIDR": "10.244.0.0/16", "SvcCIDR": "10.96.0.0/16"}); err != nil {
		t.Fatal(err)
	}
	image := read(t, filepath.Join(dir, "kubeadm.yml"))
	const socket = "unix:///run/containerd/containerd.sock"
	got, err := mergeConfig("", image, []string{"10.88.0.11"}, "systemd", socket)
	if err != nil {
		t.Fatal(err)
	}
	want, err := parseConfig(read(t, samples+"kubeadm/base-init.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	t.Run("user", func(t *testing.T) {
		t.Parallel()
		got, err := mergeConfig("kind: KubeletConfiguration\nmaxPods: 7\npodPidsLimit: 9\n", image, []string{"10.88.0.11", "10.88.0.12"}, "cgroupfs", socket)
		if err != nil {
			t.Fatal(err)
		}
		kubelet := got["KubeletConfiguration"]
		if kubelet["maxPods"] != 7.0 || kubelet["podPidsLimit"] != 9.0 || kubelet["cgroupDriver"] != "cgroupfs" || kubelet["port"] != 10250.0 {
			t.Errorf("kubelet: %v", kubelet)
		}
		if diff := cmp.Diff([]string{"127.0.0.1", "apiserver.cluster.local", "10.103.97.2", "10.88.0.11", "10.88.0.12"}, got.names()); diff != "" {
			t.Error(diff)
		}
		if got.network("serviceSubnet") != "10.96.0.0/16" {
			t.Errorf("services: %q", got.network("serviceSubnet"))
		}
		if _, err := mergeConfig("kind: Other\n", image, []string{"10.88.0.11"}, "systemd", socket); err == nil {
			t.Error("a kind that sealer does not know is taken")
		}
	})
}

// TestJoin makes the files that sealer's own code made for hosts that join.
func TestJoin(t *testing.T) {
	t.Parallel()
	fresh := token{
		token: "abcdef.0123456789abcdef", hashes: []string{"sha256:1f6bb3fbc2c8a4b2a43c8f8ed0f1a2d1b26a16ab9ea42b2d36b3c3dd6f6e1a4b"},
		key: "6b1d0f0c4a6ad3c7b9d1c8a9a3be2b8c2b9a1d4e5f60718293a4b5c6d7e8f901",
	}
	for name, c := range map[string]struct{ endpoint, advertise string }{
		"three-join-master": {"10.88.0.11:6443", "10.88.0.13"},
		"three-join-worker": {apiEndpoint(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, err := parseConfig(read(t, samples+"kubeadm/"+name+".yaml"))
			if err != nil {
				t.Fatal(err)
			}
			init, err := parseConfig(read(t, samples+"kubeadm/three-init.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			text, err := init.join(fresh, c.endpoint, "unix:///run/containerd/containerd.sock", c.advertise).text("JoinConfiguration", "KubeletConfiguration")
			if err != nil {
				t.Fatal(err)
			}
			got, err := parseConfig(strings.ReplaceAll(text, `"`, "")) // As echo leaves it.
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
