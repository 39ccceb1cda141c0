package rehearse

import (
	"fmt"
	"sync"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
)

// generator makes stand-ins. Layers are shared by all images that use them.
type generator struct {
	divisor int64 // of published sizes

	mu     sync.Mutex
	shared map[string]*layer // by seed
}

// newGenerator makes stand-ins at 1/divisor of the published sizes.
func newGenerator(divisor int64) *generator {
	return &generator{divisor: divisor, shared: map[string]*layer{}}
}

// layerSpec is what a layer of an image follows from.
type layerSpec struct {
	seed string
	size int64 // as published
}

// layerSpecs splits an image into a base layer that its family shares on one
// platform, one layer that its platforms share, and two of its own.
func layerSpecs(ref reference.Ref, size int64, platform ocispec.Platform) []layerSpec {
	base := baseSize(size)
	rest := size - base
	name, arch := unpinned(ref), platform.OS+"/"+platform.Architecture+platform.Variant
	return []layerSpec{
		{fmt.Sprintf("%s base of %d bytes for %s", family(ref), base, arch), base},
		{name + " on every platform", rest / 8},
		{name + " libraries for " + arch, rest / 4},
		{name + " program for " + arch, rest - rest/8 - rest/4},
	}
}

// baseSize is the power of four at or below half of an image's size, so that
// images of about the same size share a base whatever else is in the catalog.
func baseSize(size int64) int64 {
	base := int64(1)
	for base*4 <= size/2 {
		base *= 4
	}
	return base
}

// layers makes the layers of an image, or finds them.
func (g *generator) layers(ref reference.Ref, size int64, platform ocispec.Platform) ([]*layer, error) {
	var layers []*layer
	for _, spec := range layerSpecs(ref, size, platform) {
		l, err := g.layer(spec)
		if err != nil {
			return nil, err
		}
		layers = append(layers, l)
	}
	return layers, nil
}

// layer makes a layer unless there is one already.
func (g *generator) layer(spec layerSpec) (*layer, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if l := g.shared[spec.seed]; l != nil {
		return l, nil
	}
	l, err := newLayer(spec.seed, max(1, spec.size/g.divisor))
	if err != nil {
		return nil, err
	}
	g.shared[spec.seed] = l
	return l, nil
}

// divisor is the smallest power of two by which the sizes of an inventory have
// to be divided to serve at most limit bytes. A power of two keeps it, and with
// it every digest, the same while a catalog grows a little.
func divisor(inv Inventory, limit int64) (int64, error) {
	total, err := published(inv)
	if err != nil {
		return 0, err
	}
	by := int64(1)
	for total/by > limit {
		by *= 2
	}
	return by, nil
}

// published is the size of everything in an inventory before it is scaled, each
// layer once.
func published(inv Inventory) (int64, error) {
	seen := map[string]bool{}
	var total int64
	for _, img := range inv.Images {
		ref, err := reference.Parse(img.Name)
		if err != nil {
			return 0, err
		}
		platforms, err := img.platforms()
		if err != nil {
			return 0, err
		}
		for _, platform := range platforms {
			for _, spec := range layerSpecs(ref, img.size(), platform) {
				if !seen[spec.seed] {
					seen[spec.seed] = true
					total += spec.size
				}
			}
		}
	}
	for _, f := range inv.Files {
		total += f.Size
	}
	return total, nil
}
