package chart

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	yamlv3 "go.yaml.in/yaml/v3"
	"helm.sh/helm/v4/pkg/chart/common"
	v2 "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/util"
	"sigs.k8s.io/yaml"

	"github.com/opc-source/opc-image/pkg/chart/manifest"
)

// DefaultKubeVersion is the Kubernetes version charts are rendered for unless
// Options says another.
const DefaultKubeVersion = "v1.36.4"

//go:embed apis.yaml
var apisYAML []byte

// apiSet is one entry of apis.yaml.
type apiSet struct {
	Since    string              `json:"since"`    // first minor it is served in, "1.36"
	Versions map[string][]string `json:"versions"` // group/version → kinds
}

// capabilities is what .Capabilities tells templates.
func capabilities(c *v2.Chart, opts Options) (*common.Capabilities, error) {
	version := opts.KubeVersion
	if version == "" {
		version = DefaultKubeVersion
	}
	kube, err := common.ParseKubeVersion(version)
	if err != nil {
		return nil, fmt.Errorf("kubernetes version %q: %w", version, err)
	}
	want := c.Metadata.KubeVersion
	if want != "" && !util.IsCompatibleRange(want, kube.String()) {
		return nil, fmt.Errorf("the chart asks for kubernetes %q, the cluster is %s", want, kube.String())
	}
	apis, err := builtinAPIs(kube)
	if err != nil {
		return nil, err
	}
	if !opts.SkipCRDs && asksAPIs(c) {
		own, err := crdAPIs(c)
		if err != nil {
			return nil, err
		}
		apis = append(apis, own...)
	}
	for _, api := range opts.APIVersions {
		apis = append(apis, api)
		if parts := strings.Split(api, "/"); len(parts) == 3 {
			apis = append(apis, parts[0]+"/"+parts[1])
		}
	}
	slices.Sort(apis)
	return &common.Capabilities{
		KubeVersion: *kube,
		APIVersions: slices.Compact(apis),
		HelmVersion: common.DefaultCapabilities.HelmVersion,
	}, nil
}

// builtinAPIs lists what an API server of that version serves by default.
func builtinAPIs(kube *common.KubeVersion) ([]string, error) {
	var sets []apiSet
	if err := yaml.UnmarshalStrict(apisYAML, &sets); err != nil {
		return nil, fmt.Errorf("built-in table apis.yaml: %w", err)
	}
	var apis []string
	for _, set := range sets {
		if !util.IsCompatibleRange(">= "+set.Since+".0-0", kube.Major+"."+kube.Minor+".0") {
			continue
		}
		for gv, kinds := range set.Versions {
			apis = append(apis, gv)
			for _, kind := range kinds {
				apis = append(apis, gv+"/"+kind)
			}
		}
	}
	return apis, nil
}

// asksAPIs reports whether a template could ask what is served. Most charts with
// large CRDs do not, and parsing those takes longer than all the rest.
func asksAPIs(c *v2.Chart) bool {
	for _, t := range c.Templates {
		if bytes.Contains(t.Data, []byte("APIVersions")) {
			return true
		}
	}
	return slices.ContainsFunc(c.Dependencies(), asksAPIs)
}

// definition is what a CustomResourceDefinition says about the API it adds.
type definition struct {
	Spec struct {
		Group    string           `yaml:"group"`
		Names    crdNames         `yaml:"names"`
		Versions []definedVersion `yaml:"versions"`
	} `yaml:"spec"`
}

type crdNames struct {
	Kind string `yaml:"kind"`
}

type definedVersion struct {
	Name   string `yaml:"name"`
	Served *bool  `yaml:"served"` // nil means true
}

// crdAPIs lists what the chart's crds/ directory adds: helm installs it before
// it asks the cluster what is served.
func crdAPIs(c *v2.Chart) ([]string, error) {
	var apis []string
	for _, crd := range c.CRDObjects() {
		docs, err := manifest.Split(crd.Filename, crd.File.Data, manifest.Limits{})
		if err != nil {
			return nil, err
		}
		for _, doc := range docs {
			var def definition
			if err := yamlv3.Unmarshal(doc.Data, &def); err != nil {
				return nil, fmt.Errorf("%s:%d: not YAML: %w", doc.File, doc.Line, err)
			}
			for _, v := range def.Spec.Versions {
				if v.Served != nil && !*v.Served {
					continue
				}
				gv := def.Spec.Group + "/" + v.Name
				apis = append(apis, gv, gv+"/"+def.Spec.Names.Kind)
			}
		}
	}
	return apis, nil
}
