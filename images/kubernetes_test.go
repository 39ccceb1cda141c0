package images_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// asked is what "kubeadm config images list" prints, by minor version.
var asked = map[string][]string{
	"v1.36.3": {
		"registry.k8s.io/kube-apiserver:v1.36.3", "registry.k8s.io/kube-controller-manager:v1.36.3",
		"registry.k8s.io/kube-scheduler:v1.36.3", "registry.k8s.io/kube-proxy:v1.36.3",
		"registry.k8s.io/coredns/coredns:v1.14.2", "registry.k8s.io/pause:3.10.2", "registry.k8s.io/etcd:3.6.8-0",
	},
	"v1.37.2": {
		"registry.k8s.io/kube-apiserver:v1.37.2", "registry.k8s.io/kube-controller-manager:v1.37.2",
		"registry.k8s.io/kube-scheduler:v1.37.2", "registry.k8s.io/kube-proxy:v1.37.2",
		"registry.k8s.io/coredns/coredns:v1.14.6", "registry.k8s.io/pause:3.10.2", "registry.k8s.io/etcd:3.7.0-0",
	},
}

// TestKubernetes: the images are those that kubeadm asks for, all of them can be
// built from source, and the version is the same wherever it stands.
func TestKubernetes(t *testing.T) {
	t.Parallel()
	for version, want := range asked {
		c := component(t, "kubernetes-"+version[1:strings.LastIndex(version, ".")])
		if c.Version != version || c.Env["KubeVersion"] != version {
			t.Errorf("%s has version %s and KubeVersion %s", c.Name, c.Version, c.Env["KubeVersion"])
		}
		var names, built []string
		for _, image := range c.Images {
			names = append(names, image.Name)
		}
		is, err := c.In(catalog.Source)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range is.Build {
			built = append(built, b.Name)
		}
		for what, list := range map[string][]string{"images": names, "built from source": built} {
			slices.Sort(list)
			slices.Sort(want)
			if diff := cmp.Diff(want, list); diff != "" {
				t.Errorf("%s, %s (-kubeadm +component):\n%s", c.Name, what, diff)
			}
		}
		release, err := fs.ReadFile(c.Files(), "release")
		if err != nil || !bytes.Contains(release, []byte("KUBERNETES="+version+"\n")) || !slices.Contains(want, "registry.k8s.io/pause:"+value(release, "PAUSE")) {
			t.Errorf("%s: release says %s, %v", c.Name, release, err)
		}
		kubernetes := c.Module(catalog.Program{Module: "kubernetes"})
		if v := kubernetes.Stamp["k8s.io/component-base/version.gitVersion"]; v != version {
			t.Errorf("%s is stamped %s", c.Name, v)
		}
		requires(t, c, "kubernetes", "k8s.io/kubernetes", version)
		requires(t, c, "coredns", "github.com/coredns/coredns", tag(want, "coredns"))
		requires(t, c, "etcd", "go.etcd.io/etcd/server/v3", "v"+strings.TrimSuffix(tag(want, "etcd:"), "-0"))
	}
}

// value reads NAME=value of a file of such lines.
func value(text []byte, name string) string {
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, name+"="); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func tag(images []string, part string) string {
	for _, image := range images {
		if strings.Contains(image, part) {
			return image[strings.LastIndex(image, ":")+1:]
		}
	}
	return ""
}

// requires: a module of the component is for a version of another.
func requires(t *testing.T, c *catalog.Component, module, path, version string) {
	t.Helper()
	name := c.Module(catalog.Program{Module: module}).Path + "/source.mod"
	text, err := fs.ReadFile(c.Files(), name)
	if want := fmt.Sprintf("%s %s", path, version); err != nil || !bytes.Contains(text, []byte(want)) {
		t.Errorf("%s does not require %s: %v", name, want, err)
	}
}

// TestBaseComponents: what the base is made of is there in both ways, but for
// what is said aloud, and the versions of modules are those of the releases.
func TestBaseComponents(t *testing.T) {
	t.Parallel()
	for name, lacks := range map[string][]string{
		"containerd": {"bin/crictl", "bin/nerdctl"}, "registry": nil, "helm": nil, "opc-host": nil, "kubernetes-1.36": nil, "kubernetes-1.37": nil,
	} {
		c := component(t, name)
		files := map[catalog.Way]map[string]bool{}
		for _, way := range catalog.Ways() {
			is, err := c.In(way)
			if err != nil {
				t.Fatal(err)
			}
			files[way] = map[string]bool{}
			for _, f := range is.Install.HostFiles {
				files[way][f.Dest] = true
			}
		}
		var missing []string
		for dest := range files[catalog.Release] {
			if !files[catalog.Source][dest] {
				missing = append(missing, dest)
			}
		}
		slices.Sort(missing)
		if diff := cmp.Diff(lacks, missing); diff != "" || len(files[catalog.Source]) > len(files[catalog.Release]) {
			t.Errorf("%s lacks from source (-said +is): %s", name, diff)
		}
	}
	requires(t, component(t, "containerd"), "containerd", "github.com/containerd/containerd/v2", "v2.3.4")
	requires(t, component(t, "containerd"), "runc", "github.com/opencontainers/runc", "v1.4.3")
	requires(t, component(t, "registry"), "registry", "github.com/distribution/distribution/v3", component(t, "registry").Version)
	requires(t, component(t, "helm"), "helm", "helm.sh/helm/v4", component(t, "helm").Version)
}
