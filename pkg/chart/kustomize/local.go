package kustomize

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"sigs.k8s.io/yaml"
)

// isKustomization reports whether kustomize takes name for a kustomization file.
func isKustomization(name string) bool {
	switch path.Base(name) {
	case "kustomization.yaml", "kustomization.yml", "Kustomization":
		return true
	}
	return false
}

// kustomization holds the fields that may name something elsewhere.
type kustomization struct {
	Resources             []string          `json:"resources"`
	Bases                 []string          `json:"bases"`
	Components            []string          `json:"components"`
	CRDs                  []string          `json:"crds"`
	Configurations        []string          `json:"configurations"`
	Generators            []string          `json:"generators"`
	Transformers          []string          `json:"transformers"`
	Validators            []string          `json:"validators"`
	PatchesStrategicMerge []string          `json:"patchesStrategicMerge"`
	Patches               []pathRef         `json:"patches"`
	PatchesJSON6902       []pathRef         `json:"patchesJson6902"`
	Replacements          []pathRef         `json:"replacements"`
	ConfigMapGenerator    []generator       `json:"configMapGenerator"`
	SecretGenerator       []generator       `json:"secretGenerator"`
	OpenAPI               map[string]string `json:"openapi"`
	HelmCharts            []any             `json:"helmCharts"`
	HelmChartInflation    []any             `json:"helmChartInflationGenerator"`
}

type pathRef struct {
	Path string `json:"path"`
}

type generator struct {
	Files []string `json:"files"`
	Envs  []string `json:"envs"`
	Env   string   `json:"env"`
}

// checkLocal refuses a kustomization that names a file or directory which is not
// in fsys: kustomize would look for it on the network.
func checkLocal(fsys fs.FS, name string, data []byte) error {
	var k kustomization
	if err := yaml.Unmarshal(data, &k); err != nil {
		return fmt.Errorf("%s: not YAML: %w", name, err)
	}
	if len(k.HelmCharts)+len(k.HelmChartInflation) > 0 {
		return fmt.Errorf("%s: helmCharts runs the helm program; list the chart as one of the component's charts instead", name)
	}
	for _, ref := range k.paths() {
		if ref == "" || strings.Contains(ref, "\n") {
			continue // inline YAML
		}
		target := path.Join(path.Dir(name), ref)
		if !fs.ValidPath(target) {
			return fmt.Errorf("%s: %q lies outside the directory", name, ref)
		}
		if _, err := fs.Stat(fsys, target); err != nil {
			return fmt.Errorf("%s: %q is not in the directory; remote parts are not fetched, so copy it in: %w", name, ref, err)
		}
	}
	return nil
}

// paths lists every file or directory a kustomization names.
func (k *kustomization) paths() []string {
	var all []string
	for _, list := range [][]string{
		k.Resources, k.Bases, k.Components, k.CRDs, k.Configurations,
		k.Generators, k.Transformers, k.Validators, k.PatchesStrategicMerge, {k.OpenAPI["path"]},
	} {
		all = append(all, list...)
	}
	for _, list := range [][]pathRef{k.Patches, k.PatchesJSON6902, k.Replacements} {
		for _, ref := range list {
			all = append(all, ref.Path)
		}
	}
	for _, g := range append(k.ConfigMapGenerator, k.SecretGenerator...) {
		for _, f := range g.Files {
			_, file, keyed := strings.Cut(f, "=")
			if !keyed {
				file = f
			}
			all = append(all, file)
		}
		all = append(append(all, g.Envs...), g.Env)
	}
	return all
}
