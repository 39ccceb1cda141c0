package robustness

import "testing"

// TestTwoBuilds runs two builds into one store at once: they share the work.
func TestTwoBuilds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	alone := w.must("alone", build("--lock=alone.lock")...)
	before := w.gets()
	one := start(t, w.command("shared", build("--lock=one.lock")...))
	two := start(t, w.command("shared", build("--lock=two.lock")...))
	for _, c := range []*child{one, two} {
		r := c.wait(t)
		if r.code != 0 {
			t.Fatalf("exit code %d\n%s", r.code, r.err)
		}
		if digestIn(t, r.out) != digestIn(t, alone.out) {
			t.Errorf("%s, alone %s", r.out, alone.out)
		}
	}
	for dgst, n := range w.gets() {
		if n != before[dgst]+1 {
			t.Errorf("%s was fetched %d times", dgst, n-before[dgst])
		}
	}
	same(t, w.path("alone"), w.path("shared"))
}

// TestPruneDuringBuild prunes again and again while a build goes on: what the
// build has fetched and no image names yet is not taken away.
func TestPruneDuringBuild(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	alone := w.must("alone", build("--lock=alone.lock")...)
	going := start(t, w.command("store", build("--lock=one.lock")...))
	for range 5 {
		if r := w.run("store", "prune"); r.code != 0 && r.code != 1 {
			t.Errorf("prune: exit code %d\n%s", r.code, r.err)
		}
	}
	r := going.wait(t)
	if r.code != 0 {
		t.Fatalf("exit code %d\n%s", r.code, r.err)
	}
	if digestIn(t, r.out) != digestIn(t, alone.out) {
		t.Errorf("%s, alone %s", r.out, alone.out)
	}
	w.must("store", "verify", "corpus")
}
