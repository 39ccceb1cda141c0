package sealer

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Labels of the config that sealer reads.
const (
	// LabelContainerRuntime is "containerd" or "docker"; sealer takes a missing
	// one for docker.
	LabelContainerRuntime = "cluster.alpha.sealer.io/container-runtime-type"
	// LabelClusterRuntime is "kubernetes" or "k0s"; sealer takes a missing one
	// for kubernetes.
	LabelClusterRuntime = "cluster.alpha.sealer.io/cluster-runtime-type"
	// LabelKubeVersion is the range of Kubernetes versions that an image
	// supports, from a KUBEVERSION instruction.
	LabelKubeVersion = "app.alpha.sealer.io/supported-kube-version"
	// LabelCNI and LabelCSI list the network and storage plugins, as a JSON
	// array, in the labels that [FoldLabels] returns. In the config each plugin
	// has a label of its own: this key, a dash, and the name.
	LabelCNI = "cluster.alpha.sealer.io/kube-cni"
	LabelCSI = "cluster.alpha.sealer.io/kube-csi"
)

// pluginValue is what the label of one plugin holds.
const pluginValue = "true"

// FoldLabels turns the labels of a config into those that sealer shows and acts
// on: the labels of the plugins become one sorted list a kind.
func FoldLabels(labels map[string]string) map[string]string {
	if len(labels) == 0 {
		return labels
	}
	folded := make(map[string]string, len(labels))
	plugins := map[string][]string{}
	for key, value := range labels {
		kind, name := splitPlugin(key)
		if kind == "" {
			folded[key] = value
			continue
		}
		plugins[kind] = append(plugins[kind], name)
	}
	for kind, names := range plugins {
		slices.Sort(names)
		list, _ := json.Marshal(names) // strings always marshal
		folded[kind] = string(list)
	}
	return folded
}

// splitPlugin tells the kind and name of the plugin that a label is for.
func splitPlugin(key string) (kind, name string) {
	for _, kind := range []string{LabelCNI, LabelCSI} {
		if name, ok := strings.CutPrefix(key, kind+"-"); ok {
			return kind, name
		}
	}
	return "", ""
}

// labels are those of the config for a Spec. What an instruction of its own
// says wins over a LABEL line.
func (s Spec) labels() map[string]string {
	labels := maps.Clone(s.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	for _, name := range s.CNI {
		labels[LabelCNI+"-"+name] = pluginValue
	}
	for _, name := range s.CSI {
		labels[LabelCSI+"-"+name] = pluginValue
	}
	if s.KubeVersion != "" {
		labels[LabelKubeVersion] = s.KubeVersion
	}
	if len(labels) == 0 {
		return nil
	}
	return labels
}
