package layer

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

// sized is a blob entry; its content is named by its path.
func sized(name string, size int64) Entry {
	return Entry{Name: name, Mode: 0o644, Blob: digest.FromString(name), Size: size}
}

func mustPack(t testing.TB, limits Limits, groups ...Group) []Packed {
	t.Helper()
	packed, err := Pack(groups, limits)
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

// show is the layers with their files, without the directories.
func show(layers []Packed) []string {
	var lines []string
	for _, l := range layers {
		var names []string
		for _, e := range l.Entries() {
			if e.Kind != Dir {
				names = append(names, e.Name)
			}
		}
		lines = append(lines, l.Name+": "+strings.Join(names, " "))
	}
	return lines
}

// packedContent is all that can be seen of a layer.
type packedContent struct {
	Name    string
	Owners  []string
	Entries []*Entry
}

func contents(layers []Packed) (list []packedContent) {
	for _, l := range layers {
		list = append(list, packedContent{l.Name, l.Owners, l.Entries()})
	}
	return list
}

func TestPackByOwner(t *testing.T) {
	t.Parallel()
	got := mustPack(t, Limits{},
		Group{Name: "b", Entries: []Entry{sized("r/shared", 5), sized("r/b", 5), sized("r/all", 1)}},
		Group{Name: "a", Entries: []Entry{sized("r/a", 5), sized("r/shared", 5), sized("r/all", 1)}},
		Group{Name: "c", Entries: []Entry{sized("r/all", 1)}},
	)
	want := []string{"a: r/a", "a+b: r/shared", "a+b+c: r/all", "b: r/b"}
	if diff := cmp.Diff(want, show(got)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a", "b"}, got[1].Owners); diff != "" {
		t.Error(diff)
	}
}

// TestPackedBlobs leaves out what has its content with it, and the directories.
func TestPackedBlobs(t *testing.T) {
	t.Parallel()
	packed := mustPack(t, Limits{}, Group{Name: "a", Entries: []Entry{
		sized("r/one", 5), {Name: "r/data", Mode: 0o644, Data: []byte("x")}, {Name: "d", Kind: Dir}, sized("r/two", 7),
		{Name: "hard", Kind: Hardlink, Link: "r/one"},
	}})
	sizes := map[string]int64{}
	for e := range packed[0].Blobs() {
		sizes[e.Name] = e.Size
	}
	if diff := cmp.Diff(map[string]int64{"r/one": 5, "r/two": 7}, sizes); diff != "" {
		t.Error(diff)
	}
	for range packed[0].Blobs() {
		break // a caller that has seen enough
	}
}

func TestPackNothing(t *testing.T) {
	t.Parallel()
	if got := mustPack(t, Limits{}, Group{Name: "a"}); len(got) != 0 {
		t.Errorf("layers %v", got)
	}
}

func TestPackKeepsDirectoriesWithEntries(t *testing.T) {
	t.Parallel()
	private := Entry{Name: "d", Kind: Dir, Mode: 0o700}
	empty := Entry{Name: "d/empty", Kind: Dir, Mode: 0o750}
	got := mustPack(t, Limits{},
		Group{Name: "a", Entries: []Entry{private, empty, sized("d/a", 1)}},
		Group{Name: "b", Entries: []Entry{sized("d/x/b", 1)}},
	)
	a, b := sized("d/a", 1), sized("d/x/b", 1)
	want := [][]*Entry{
		{&private, &a, &empty},
		{&private, {Name: "d/x", Kind: Dir, Mode: 0o755}, &b},
	}
	for i, l := range got {
		if diff := cmp.Diff(want[i], l.Entries()); diff != "" {
			t.Errorf("layer %s: %s", l.Name, diff)
		}
	}
}

func TestPackKeepsHardLinksWithTheirTarget(t *testing.T) {
	t.Parallel()
	var entries []Entry
	for i := range 40 {
		name := fmt.Sprintf("f%02d", i)
		entries = append(entries, sized(name, 1000), Entry{Name: "links/" + name, Kind: Hardlink, Link: name, Mode: 0o644})
	}
	// b shares a target of a, but not the link to it.
	layers := mustPack(t, Limits{MaxSize: 20000}, Group{Name: "a", Entries: entries}, Group{Name: "b", Entries: entries[:1]})
	if len(layers) < 4 {
		t.Fatalf("only %d layers", len(layers))
	}
	for _, l := range layers {
		names := map[string]bool{}
		for _, e := range l.Entries() {
			names[e.Name] = true
		}
		for _, e := range l.Entries() {
			if e.Kind == Hardlink && !names[e.Link] {
				t.Errorf("layer %s has %s without %s", l.Name, e.Name, e.Link)
			}
		}
	}
}

func TestPackErrors(t *testing.T) {
	t.Parallel()
	other := sized("r/x", 1)
	other.Blob = digest.FromString("other")
	for name, test := range map[string]struct {
		groups []Group
		limits Limits
		want   []string
	}{
		"content differs": {[]Group{{Name: "istio", Entries: []Entry{sized("r/x", 1)}}, {Name: "dapr", Entries: []Entry{other}}},
			Limits{}, []string{"istio", "dapr", `"r/x"`, other.Blob.String()}},
		"file above": {[]Group{{Name: "istio", Entries: []Entry{sized("r", 1)}}, {Name: "dapr", Entries: []Entry{sized("r/x", 1)}}},
			Limits{}, []string{"istio", "dapr", `"r/x"`, `"r"`}},
		"link to a link": {[]Group{{Name: "istio", Entries: []Entry{sized("a", 1),
			{Name: "b", Kind: Hardlink, Link: "a"}, {Name: "c", Kind: Hardlink, Link: "b"}}}}, Limits{}, []string{`"c"`, `"b"`}},
		"bad entry":     {[]Group{{Name: "istio", Entries: []Entry{sized("../x", 1)}}}, Limits{}, []string{"istio", "clean path"}},
		"two of a name": {[]Group{{Name: "istio"}, {Name: "istio"}}, Limits{}, []string{`"istio"`}},
		"bad limits":    {nil, Limits{MaxLayers: -1}, []string{"-1"}},
		"does not fit": {[]Group{{Name: "a", Entries: []Entry{sized("a", 900)}}, {Name: "b", Entries: []Entry{sized("b", 900)}}},
			Limits{MaxLayers: 1, MaxSize: 2000}, []string{"2 layers", "2000 bytes", "1 layers"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Pack(test.groups, test.limits)
			wantError(t, err, test.want...)
		})
	}
}

func TestPackOversizeFileIsAlone(t *testing.T) {
	t.Parallel()
	got := mustPack(t, Limits{MaxSize: 10000}, Group{Name: "a", Entries: []Entry{sized("big", 50000), sized("s1", 100), sized("s2", 100)}})
	want := []string{"a#big: big", "a#rest: s1 s2"}
	if diff := cmp.Diff(want, show(got)); diff != "" {
		t.Error(diff)
	}
}

func TestPackMergesSmallest(t *testing.T) {
	t.Parallel()
	got := mustPack(t, Limits{MaxLayers: 2}, Group{Name: "a", Entries: []Entry{sized("a", 5000)}},
		Group{Name: "b", Entries: []Entry{sized("b", 10)}}, Group{Name: "c", Entries: []Entry{sized("c", 600)}})
	want := []string{"a: a", "b, c: b c"}
	if diff := cmp.Diff(want, show(got)); diff != "" {
		t.Error(diff)
	}
}

// world is random groups with shared entries.
func world(rng *rand.Rand, owners, files int) []Group {
	groups := make([]Group, owners)
	for i := range groups {
		groups[i].Name = fmt.Sprintf("c%02d", i)
	}
	for i := range files {
		e := sized(fmt.Sprintf("registry/%02x/f%04d", rng.IntN(256), i), rng.Int64N(40000))
		for range 1 + rng.IntN(10)/8 {
			g := &groups[rng.IntN(owners)]
			if n := len(g.Entries); n == 0 || g.Entries[n-1].Name != e.Name {
				g.Entries = append(g.Entries, e)
			}
		}
	}
	return groups
}

func shuffled(rng *rand.Rand, groups []Group) []Group {
	groups = slices.Clone(groups)
	rng.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	for i, g := range groups {
		g.Entries = slices.Clone(g.Entries)
		rng.Shuffle(len(g.Entries), func(i, j int) { g.Entries[i], g.Entries[j] = g.Entries[j], g.Entries[i] })
		groups[i] = g
	}
	return groups
}

func TestPackProperties(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 1))
		groups := world(rng, 1+rng.IntN(12), rng.IntN(400))
		limits := Limits{MaxSize: 60000 + rng.Int64N(500000)}
		limits.MaxLayers = 10000
		if seed%2 == 0 {
			limits = Limits{MaxLayers: 1 + rng.IntN(20), MaxSize: 1 << 40}
		}
		layers := mustPack(t, limits, groups...)
		if diff := cmp.Diff(contents(layers), contents(mustPack(t, limits, shuffled(rng, groups)...))); diff != "" {
			t.Fatalf("seed %d: the order matters:\n%s", seed, diff)
		}
		if len(layers) > limits.MaxLayers {
			t.Errorf("seed %d: %d layers, allowed %d", seed, len(layers), limits.MaxLayers)
		}
		checkPartition(t, groups, layers, limits)
	}
}

// checkPartition checks that every file is in one layer, which fits.
func checkPartition(t *testing.T, groups []Group, layers []Packed, limits Limits) {
	t.Helper()
	where := map[string]string{}
	for _, l := range layers {
		var size int64
		for _, e := range l.Entries() {
			if e.Kind == Dir {
				continue
			}
			if where[e.Name] != "" {
				t.Errorf("%s is in layers %s and %s", e.Name, where[e.Name], l.Name)
			}
			where[e.Name] = l.Name
			size += cost(e)
		}
		if size > limits.MaxSize {
			t.Errorf("layer %s has %d bytes, allowed %d", l.Name, size, limits.MaxSize)
		}
		if got, want := recipe(t, l), mustNew(t, values(l.Entries())...).Digest(); got != want {
			t.Errorf("layer %s: recipe %s, of the same entries alone it is %s", l.Name, got, want)
		}
	}
	for _, g := range groups {
		for _, e := range g.Entries {
			if where[e.Name] == "" {
				t.Errorf("%s is lost", e.Name)
			}
		}
	}
}

// recipe is the digest of a layer's recipe.
func recipe(t testing.TB, l Packed) digest.Digest {
	t.Helper()
	r, err := l.Recipe()
	if err != nil {
		t.Fatalf("layer %s: %v", l.Name, err)
	}
	return r.Digest()
}

// digests is the layers by the digest of their recipe.
func digests(t testing.TB, layers []Packed) map[digest.Digest]Packed {
	t.Helper()
	byDigest := map[digest.Digest]Packed{}
	for _, l := range layers {
		byDigest[recipe(t, l)] = l
	}
	return byDigest
}

// TestPackChangesOnlyLayersOfTheOwner changes one owner in many ways.
func TestPackChangesOnlyLayersOfTheOwner(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 2))
		groups := world(rng, 8, 300)
		limits := Limits{MaxSize: 300000, MaxLayers: 10000}
		before := digests(t, mustPack(t, limits, groups...))
		owner := &groups[rng.IntN(len(groups))]
		switch rng.IntN(3) {
		case 0: // something new
			owner.Entries = append(owner.Entries, sized(fmt.Sprintf("registry/new%d", seed), rng.Int64N(40000)))
		case 1: // something less
			owner.Entries = slices.DeleteFunc(owner.Entries, func(e Entry) bool {
				return rng.IntN(5) == 0 && sharedBy(groups, e.Name) == 1
			})
		case 2: // other content
			for i := range owner.Entries {
				if e := &owner.Entries[i]; rng.IntN(5) == 0 && sharedBy(groups, e.Name) == 1 {
					e.Blob = digest.FromString("new" + e.Name)
				}
			}
		}
		after := digests(t, mustPack(t, limits, groups...))
		for dgst, l := range before {
			if _, ok := after[dgst]; !ok && !slices.Contains(l.Owners, owner.Name) {
				t.Errorf("seed %d: a change of %s changed layer %s", seed, owner.Name, l.Name)
			}
		}
	}
}

func sharedBy(groups []Group, name string) int {
	n := 0
	for _, g := range groups {
		if slices.ContainsFunc(g.Entries, func(e Entry) bool { return e.Name == name }) {
			n++
		}
	}
	return n
}

// TestPackAdditionChangesOnePart adds files one by one to a group in many parts.
func TestPackAdditionChangesOnePart(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 7))
	group := Group{Name: "a"}
	var before map[digest.Digest]Packed
	for i := range 300 {
		group.Entries = append(group.Entries, sized(fmt.Sprintf("f%d", i), rng.Int64N(40000)))
		after := digests(t, mustPack(t, Limits{MaxSize: 200000, MaxLayers: 10000}, group))
		lost := 0
		for dgst := range before {
			if _, ok := after[dgst]; !ok {
				lost++
			}
		}
		if lost > 1 {
			t.Errorf("file %d changed %d layers", i, lost)
		}
		before = after
	}
	if len(before) < 20 || len(before) > 90 { // 300 files of 20 kB, at most 200 kB a layer
		t.Errorf("%d layers", len(before))
	}
}
