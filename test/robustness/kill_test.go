package robustness

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/opc-source/opc-image/pkg/rehearse"
)

// Each command is killed in rounds; a round kills it kills times in a row, at
// times that the seed tells.
const (
	rounds = 5
	kills  = 3
)

// moments are the times at which a run of a length is killed.
func moments(seed uint64, length time.Duration) []time.Duration {
	r := rand.New(rand.NewPCG(seed, 0))
	var list []time.Duration
	for range kills {
		list = append(list, time.Duration(r.Int64N(int64(length*9/10))))
	}
	return list
}

// undisturbed runs a command twice, each on a store of its own, and tells how
// long the second took: for the first the upstream had to make its content.
func (w *world) undisturbed(args ...string) result {
	w.t.Helper()
	w.must("undisturbed", args...)
	return w.must("undisturbed2", args...)
}

// inRounds lets each round run as a test of its own.
func (w *world) inRounds(round func(t *testing.T, seed uint64)) {
	parent := w.t
	defer func() { w.t = parent }()
	w.hits = 0
	for seed := range uint64(rounds) {
		parent.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			w.t = t
			round(t, seed)
		})
	}
	if w.hits == 0 {
		parent.Error("no run was killed in time: nothing was tested")
	}
}

func TestKillBuild(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	undisturbed := w.undisturbed(build("--lock=undisturbed.lock")...)
	w.inRounds(func(t *testing.T, seed uint64) {
		store := fmt.Sprintf("killed%d", seed)
		pin := "--lock=" + w.path(store+".lock")
		for _, after := range moments(seed, undisturbed.took) {
			w.killed(after, store, build(pin)...)
		}
		w.buildGoesOn(t, store, pin, undisturbed)
		if names, _ := os.ReadDir(w.dir); strings.Contains(fmt.Sprint(names), ".tmp") {
			t.Errorf("left over: %v", names)
		}
	})
}

// buildGoesOn builds once more in a store where builds were cut off: the image and
// the store are as those of the undisturbed build, and what was complete is not
// asked for again.
func (w *world) buildGoesOn(t *testing.T, store, pin string, undisturbed result) {
	t.Helper()
	complete, before := blobs(t, w.path(store)), w.gets()
	again := w.must(store, build(pin)...)
	if got, want := digestIn(t, again.out), digestIn(t, undisturbed.out); got != want {
		t.Errorf("digest %s, undisturbed %s", got, want)
	}
	wantNotAgain(t, complete, before, w.gets())
	same(t, w.path("undisturbed"), w.path(store))
}

// wantNotAgain compares how often blobs that are complete were asked for.
func wantNotAgain(t *testing.T, complete []string, before, after map[string]int) {
	t.Helper()
	for _, dgst := range complete {
		if after[dgst] != before[dgst] {
			t.Errorf("%s was in the store and was fetched again", dgst)
		}
	}
}

func TestKillPull(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	target := w.target()
	name := target.Address() + "/corpus:1"
	built := w.must("built", build("-t", name, "--push")...)
	undisturbed := w.undisturbed("pull", name)
	w.inRounds(func(t *testing.T, seed uint64) {
		store := fmt.Sprintf("killed%d", seed)
		for _, after := range moments(seed, undisturbed.took) {
			w.killed(after, store, "pull", name)
		}
		complete, before := blobs(t, w.path(store)), asked(target)
		again := w.must(store, "pull", name)
		if digestIn(t, again.out) != digestIn(t, built.out) {
			t.Errorf("pulled %s, pushed %s", again.out, built.out)
		}
		wantNotAgain(t, complete, before, asked(target))
		same(t, w.path("undisturbed"), w.path(store))
		w.must(store, "verify", name)
	})
}

// asked counts the GET requests for each blob of a registry.
func asked(target *rehearse.Target) map[string]int {
	counts := map[string]int{}
	for _, c := range target.Counts() {
		if _, dgst, ok := strings.Cut(c.Path, "/blobs/sha256:"); ok {
			counts["sha256:"+dgst] += c.Gets
		}
	}
	return counts
}

func TestKillPush(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	digest := digestIn(t, w.must("store", build()...).out)
	undisturbed := w.must("store", "push", "corpus", w.target().Address()+"/corpus:1")
	before := listing(t, w.path("store"))
	w.inRounds(func(t *testing.T, seed uint64) {
		target := w.target()
		name := target.Address() + "/corpus:1"
		for _, after := range moments(seed, undisturbed.took) {
			w.killed(after, "store", "push", "corpus", name)
			// The name is there when everything is, and not before.
			if pulled := w.run(fmt.Sprintf("early%d", seed), "pull", name); pulled.code == 0 && digestIn(t, pulled.out) != digest {
				t.Errorf("half an image has a name: %s", pulled.out)
			} else if pulled.code != 0 && !strings.Contains(pulled.err, "404") {
				t.Errorf("pull of what was not pushed to its end: %s", pulled.err)
			}
		}
		again := w.must("store", "push", "corpus", name)
		if digestIn(t, again.out) != digest {
			t.Errorf("pushed %s, built %s", again.out, digest)
		}
		third := w.must("store", "push", "corpus", name)
		if !strings.Contains(third.out, "0B sent in 0 blobs") {
			t.Errorf("the third push found something to send: %s", third.out)
		}
		fresh := fmt.Sprintf("fresh%d", seed)
		w.must(fresh, "pull", name)
		w.must(fresh, "verify", name)
	})
	if after := listing(t, w.path("store")); strings.Join(after, "\n") != strings.Join(before, "\n") {
		t.Errorf("pushing changed the store: %v, before %v", after, before)
	}
}

func TestKillSave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must("store", build()...)
	undisturbed := w.must("store", "save", "corpus", "-o", "undisturbed.tar")
	want := read(t, w.path("undisturbed.tar"))
	w.inRounds(func(t *testing.T, seed uint64) {
		name := fmt.Sprintf("killed%d.tar", seed)
		for _, after := range moments(seed, undisturbed.took) {
			w.killed(after, "store", "save", "corpus", "-o", name)
			if _, err := os.Stat(w.path(name)); err == nil && !bytes.Equal(read(t, w.path(name)), want) {
				t.Error("half an archive has its name")
			}
		}
		w.must("store", "save", "corpus", "-o", name)
		if !bytes.Equal(read(t, w.path(name)), want) {
			t.Error("the archive is another one than without a disturbance")
		}
		if _, err := os.Stat(w.path(name) + ".part"); err == nil {
			t.Error("the unfinished file is still there")
		}
	})
}

func TestKillLoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	built := w.must("store", build()...)
	w.must("store", "save", "corpus", "-o", "corpus.tar")
	undisturbed := w.undisturbed("load", "-i", "corpus.tar")
	w.inRounds(func(t *testing.T, seed uint64) {
		store := fmt.Sprintf("killed%d", seed)
		for _, after := range moments(seed, undisturbed.took) {
			w.killed(after, store, "load", "-i", "corpus.tar")
		}
		again := w.must(store, "load", "-i", "corpus.tar")
		if digestIn(t, again.out) != digestIn(t, built.out) {
			t.Errorf("loaded %s, built %s", again.out, built.out)
		}
		same(t, w.path("undisturbed"), w.path(store))
		w.must(store, "verify", "corpus")
	})
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
