package layer

// Default limits of [Pack]: sealer mounts at most 128 layers, those of the base
// image included, and registries dislike layers above 1 GiB.
const (
	DefaultMaxLayers       = 120
	DefaultMaxSize   int64 = 1 << 30
)

// Limits bounds what [Pack] makes.
type Limits struct {
	MaxLayers int   // 0: DefaultMaxLayers
	MaxSize   int64 // bytes of a layer; 0: DefaultMaxSize
}

// Group is the entries of one owner before packing, and of one layer after.
type Group struct {
	// Name is the owner, unique among the groups given to Pack. Of a layer it is
	// a label for people: the owners, and the part when the group was split.
	Name string
	// Owners are the names of the groups that have entries in a layer, sorted.
	// Pack sets it and does not read it.
	Owners  []string
	Entries []Entry
}

// Pack distributes entries over layers.
func Pack(groups []Group, limits Limits) ([]Group, error) { return nil, errTODO }
