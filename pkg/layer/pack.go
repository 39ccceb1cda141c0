package layer

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Default limits of [Pack]: sealer mounts at most 128 layers, those of the base
// image included, and registries dislike layers above 1 GiB.
const (
	DefaultMaxLayers       = 120
	DefaultMaxSize   int64 = 1 << 30
)

// Limits bounds what [Pack] makes.
type Limits struct {
	MaxLayers int // 0: DefaultMaxLayers
	// MaxSize of a layer in bytes; 0: DefaultMaxSize. It counts the entries with
	// their headers; parent directories (512 bytes each) come on top.
	MaxSize int64
}

// Group is the entries of one owner.
type Group struct {
	Name    string // the owner, unique among the groups given to Pack
	Entries []Entry
}

// Packed is the content of one layer.
type Packed struct {
	// Name is a label for people: the owners, and the part when what they have
	// was split.
	Name string
	// Owners are the names of the groups that have entries in the layer, sorted.
	Owners []string

	// Size in bytes, about: headers and directories are estimated.
	Size int64

	from    *ownership
	entries []*Entry // without the directories above them
}

// Entries are those of the groups, not copies of them, and the directories above
// them, in the order of the tar.
func (p Packed) Entries() []*Entry { return p.from.withParents(p.entries).sorted() }

// Blobs are the files of the layer whose content is a blob, in no order.
func (p Packed) Blobs() iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		for _, e := range p.entries {
			if e.Kind == File && e.Blob != "" && !yield(e) {
				return
			}
		}
	}
}

// Recipe makes the recipe of the layer; the entries are as Pack was given them.
func (p Packed) Recipe() (*Recipe, error) { return build(p.Entries()) }

// Pack distributes entries over layers. Entries of one owner go together, and
// entries that the same several owners have go together; so a change of one
// owner changes only layers that have this owner (and, when an entry becomes
// shared or ceases to be, the layer it leaves or joins). A layer that would exceed
// MaxSize is split by a hash of the names, which moves little when something is
// added; a single larger file is a layer of its own. When there are more layers
// than MaxLayers, the two smallest are joined until there are not.
//
// A layer also has the directories above its entries, as their owner described
// them, so that layers may be stacked in any order. Hard links stay with their
// target. The result is sorted by name, its entries too, and depends neither on
// the order of groups nor on that of entries.
//
// The same entry in several groups is shared. It is an error, which names both
// owners, when two entries of one name differ.
func Pack(groups []Group, limits Limits) ([]Packed, error) {
	limits.MaxLayers = cmp.Or(limits.MaxLayers, DefaultMaxLayers)
	limits.MaxSize = cmp.Or(limits.MaxSize, DefaultMaxSize)
	if limits.MaxLayers < 0 || limits.MaxSize < 0 {
		return nil, fmt.Errorf("pack layers: limits of %d layers and %d bytes", limits.MaxLayers, limits.MaxSize)
	}
	own, err := collect(groups)
	if err != nil {
		return nil, fmt.Errorf("pack layers: %w", err)
	}
	var layers []*bin
	for _, b := range own.bins() {
		layers = append(layers, b.split(limits.MaxSize)...)
	}
	layers, err = merge(layers, limits)
	if err != nil {
		return nil, fmt.Errorf("pack layers: %w", err)
	}
	packed := make([]Packed, len(layers))
	for i, b := range layers {
		packed[i] = Packed{Name: b.name(), Owners: b.owners, Size: b.size, from: own, entries: b.entries}
	}
	slices.SortFunc(packed, func(a, b Packed) int { return strings.Compare(a.Name, b.Name) })
	return packed, nil
}

// merge joins the smallest two until there are few enough.
func merge(layers []*bin, limits Limits) ([]*bin, error) {
	smaller := func(a, b *bin) int {
		return cmp.Or(cmp.Compare(a.size, b.size), cmp.Compare(a.name(), b.name()))
	}
	slices.SortFunc(layers, smaller)
	for len(layers) > limits.MaxLayers {
		if len(layers) == 1 || layers[0].size+layers[1].size > limits.MaxSize {
			return nil, fmt.Errorf("%d layers of at most %d bytes do not fit into %d layers; allow larger or more layers",
				len(layers), limits.MaxSize, limits.MaxLayers)
		}
		joined := layers[0].join(layers[1])
		layers = layers[2:]
		at, _ := slices.BinarySearchFunc(layers, joined, smaller)
		layers = slices.Insert(layers, at, joined)
	}
	return layers, nil
}
