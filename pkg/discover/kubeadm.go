package discover

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/opc-source/opc-image/pkg/reference"
)

//go:embed kubeadm.yaml
var kubeadmYAML []byte

// kubeadmMinor is what kubeadm of one minor installs beside the version's own
// images.
type kubeadmMinor struct {
	Etcd    string `yaml:"etcd"`
	CoreDNS string `yaml:"coredns"`
	Pause   string `yaml:"pause"`
}

// kubeadm adds the images that a kubeadm configuration file leads to.
func (w *walker) kubeadm(n *yaml.Node, at *place) {
	found, err := Kubeadm(w.base.Component, text(get(n, "kubernetesVersion")), text(get(n, "imageRepository")))
	here := at.child("kubernetesVersion")
	if err != nil {
		e := w.evidence(text(get(n, "kubernetesVersion")), "kubeadm/control-plane", here)
		w.out.Unreadable = append(w.out.Unreadable, Remark{e, err.Error()})
		return
	}
	for _, f := range found {
		w.add(f.Image, f.Raw, f.Rule, f.Confidence, here)
	}
}

// Kubeadm lists the images that "kubeadm config images list" prints for a
// Kubernetes version such as "v1.36.4", as certain findings. repository is
// ClusterConfiguration.imageRepository; empty means registry.k8s.io. CoreDNS lies
// one level deeper there, and flat in any other repository.
func Kubeadm(component, version, repository string) ([]Finding, error) {
	var table map[string]kubeadmMinor
	dec := yaml.NewDecoder(bytes.NewReader(kubeadmYAML))
	dec.KnownFields(true)
	if err := dec.Decode(&table); err != nil {
		return nil, fmt.Errorf("built-in table kubeadm.yaml: %w", err)
	}
	parts := strings.Split(strings.TrimPrefix(version, "v"), ".")
	if len(parts) < 3 {
		return nil, fmt.Errorf("kubernetes version %q: write it in full, such as v1.36.4", version)
	}
	minor, ok := table[parts[0]+"."+parts[1]]
	if !ok {
		known := make([]string, 0, len(table))
		for m := range table {
			known = append(known, m)
		}
		slices.Sort(known)
		return nil, fmt.Errorf("kubernetes %s: kubeadm's images are known for %s; add the minor to kubeadm.yaml", version, strings.Join(known, ", "))
	}
	coredns := "coredns"
	if repository == "" {
		repository, coredns = "registry.k8s.io", "coredns/coredns"
	}
	tag := "v" + strings.TrimPrefix(version, "v")
	var out []Finding
	for _, name := range []string{
		coredns + ":" + minor.CoreDNS, "etcd:" + minor.Etcd, "kube-apiserver:" + tag,
		"kube-controller-manager:" + tag, "kube-proxy:" + tag, "kube-scheduler:" + tag, "pause:" + minor.Pause,
	} {
		ref, err := reference.Parse(repository + "/" + name)
		if err != nil {
			return nil, fmt.Errorf("kubeadm image: %w", err)
		}
		e := Evidence{Component: component, File: "kubeadm", Path: "kubernetes " + tag, Rule: "kubeadm/control-plane", Raw: ref.String()}
		out = append(out, Finding{e, ref, Certain})
	}
	return out, nil
}
