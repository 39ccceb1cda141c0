package reference

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// ProofDir has the records of how far components are proven, below the top of
// the repository.
const ProofDir = "testdata/proof"

// Proof is how far one version of a component is proven.
type Proof struct {
	// Version of the component.
	Version string `yaml:"version"`
	// Charts that rendered with the component's values, each with its version.
	Charts []string `yaml:"charts"`
	// Complete: discovery and the component agree about the images.
	Complete bool `yaml:"complete"`
	// Kubernetes is the version of the cluster that the next two are about.
	Kubernetes string `yaml:"kubernetes"`
	// Admitted: a cluster took all objects, and pods found their images.
	Admitted bool `yaml:"admitted"`
	// Healthy: the real software became ready in a cluster.
	Healthy bool `yaml:"healthy"`
}

// Proofs are the proofs of components by their name.
type Proofs map[string]Proof

// Group is a part of the platform.
type Group struct {
	Name    string   `yaml:"name"`
	Systems []System `yaml:"systems"`
}

// System is a system of the platform, and the component that has it; a system
// without one says in Note why.
type System struct {
	Name      string `yaml:"name"`
	Component string `yaml:"component"`
	Note      string `yaml:"note"`
}

// ReadSystems reads the systems of the platform.
func ReadSystems(top string) ([]Group, error) {
	var file struct {
		Groups []Group `yaml:"groups"`
	}
	return file.Groups, readStrict(top, "systems.yaml", &file)
}

// ReadProofs reads what was proven by hand and in a cluster.
func ReadProofs(top string) (Proofs, error) {
	all := Proofs{}
	for _, name := range []string{"by-hand.yaml", "cluster.yaml"} {
		var file struct {
			Components Proofs `yaml:"components"`
		}
		if err := readStrict(top, name, &file); err != nil {
			return nil, err
		}
		for _, component := range slices.Sorted(maps.Keys(file.Components)) {
			p, known := all[component]
			more := file.Components[component]
			if known && p.Version != more.Version {
				return nil, fmt.Errorf("%s/%s: %s is proven in version %s there and in %s elsewhere", ProofDir, name, component, more.Version, p.Version)
			}
			p.Version = more.Version
			p.Charts = append(p.Charts, more.Charts...)
			p.Complete = p.Complete || more.Complete
			p.Kubernetes = more.Kubernetes
			p.Admitted = p.Admitted || more.Admitted
			p.Healthy = p.Healthy || more.Healthy
			all[component] = p
		}
	}
	return all, nil
}

func readStrict(top, name string, v any) error {
	data, err := os.ReadFile(filepath.Join(top, ProofDir, name))
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalWithOptions(data, v, yaml.Strict()); err != nil {
		return fmt.Errorf("%s/%s: %w", ProofDir, name, err)
	}
	return nil
}

// Stale finds proofs that are not about the components of a catalog: of another
// version, with other charts, or of none that there is.
func (p Proofs) Stale(c *catalog.Catalog) []error {
	var stale []error
	for _, name := range slices.Sorted(maps.Keys(p)) {
		component, err := c.Get(name)
		if err != nil {
			stale = append(stale, fmt.Errorf("%s: there is a proof for %s, and no such component; take it out", ProofDir, name))
			continue
		}
		proof := p[name]
		if proof.Version != component.Version {
			stale = append(stale, fmt.Errorf("%s: %s is proven in version %s and is %s now; prove it again or take it out", ProofDir, name, proof.Version, component.Version))
		}
		if len(proof.Charts) > 0 && !slices.Equal(proof.Charts, upstreamCharts(component)) {
			stale = append(stale, fmt.Errorf("%s: %s is proven with the charts %q and has %q now; prove it again or take it out", ProofDir, name, proof.Charts, upstreamCharts(component)))
		}
	}
	return stale
}

// upstreamCharts are the charts that come from repositories, with their versions.
func upstreamCharts(c *catalog.Component) []string {
	var list []string
	for _, chart := range c.Install.Charts {
		if chart.Repository != "" {
			list = append(list, chart.Chart+" "+chart.Version)
		}
	}
	return list
}
