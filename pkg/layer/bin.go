package layer

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
)

// bin is what goes into one layer, or is to be split into several.
type bin struct {
	owners  []string // sorted
	labels  []string // what it consists of, for people; sorted
	entries []*Entry
	size    int64 // estimate of the tar, bytes
}

// cost is about what an entry takes in a tar. A pax header is 1 KiB more.
func cost(e *Entry) int64 { return block + e.size() + padding(e.size()) }

func (b *bin) add(e *Entry) {
	b.entries = append(b.entries, e)
	b.size += cost(e)
}

// newBin makes an empty bin; part is empty unless the owners have several.
func newBin(owners []string, part string) *bin {
	label := strings.Join(owners, "+")
	if part != "" {
		label += "#" + part
	}
	return &bin{owners: owners, labels: []string{label}}
}

func (b *bin) name() string { return strings.Join(b.labels, ", ") }

// join is both bins as one.
func (b *bin) join(other *bin) *bin {
	joined := &bin{size: b.size + other.size}
	joined.owners = slices.Compact(slices.Sorted(slices.Values(slices.Concat(b.owners, other.owners))))
	joined.labels = slices.Sorted(slices.Values(slices.Concat(b.labels, other.labels)))
	joined.entries = slices.Concat(b.entries, other.entries)
	return joined
}

// split cuts a bin into parts of at most limit bytes. An entry goes to the part
// that the leading bits of the hash of its name say, and a part that is too
// large is cut in two by one more bit: so an addition changes one part, and
// splits at most that one. A file above the limit is a part of its own.
func (b *bin) split(limit int64) []*bin {
	if b.size <= limit {
		return []*bin{b}
	}
	small := newBin(b.owners, "rest")
	var parts []*bin
	for _, u := range b.units() {
		if u.size <= limit {
			small.entries = append(small.entries, u.entries...)
			small.size += u.size
			continue
		}
		parts = append(parts, u)
	}
	if small.size > 0 {
		parts = append(parts, small.halve(limit, "", 0)...)
	}
	return parts
}

// units groups the entries that must stay together.
func (b *bin) units() []*bin {
	byName := map[string]*bin{}
	var units []*bin
	for _, e := range b.entries {
		name := unit(e)
		if byName[name] == nil {
			byName[name] = newBin(b.owners, name)
			units = append(units, byName[name])
		}
		byName[name].add(e)
	}
	return units
}

// halve splits by bit number depth of the hashes; bits are those before it.
func (b *bin) halve(limit int64, bits string, depth int) []*bin {
	if b.size <= limit || depth == 64 {
		return []*bin{b}
	}
	halves := [2]*bin{newBin(b.owners, bits+"0"), newBin(b.owners, bits+"1")}
	for _, e := range b.entries {
		sum := sha256.Sum256([]byte(unit(e)))
		halves[binary.BigEndian.Uint64(sum[:])>>(63-depth)&1].add(e)
	}
	var parts []*bin
	for bit, h := range halves {
		if len(h.entries) > 0 {
			parts = append(parts, h.halve(limit, bits+string("01"[bit]), depth+1)...)
		}
	}
	return parts
}
