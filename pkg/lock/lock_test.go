package lock_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/lock"
)

func dgst(text string) digest.Digest { return digest.FromString(text) }

func image(name string, components ...string) lock.Image {
	return lock.Image{
		Name: name, Digest: dgst(name), MediaType: "application/vnd.oci.image.index.v1+json", Size: 10, Components: components,
		Platforms: []lock.Manifest{
			{Platform: "linux/arm64", Digest: dgst(name + "arm"), MediaType: "application/vnd.oci.image.manifest.v1+json", Size: 11},
			{Platform: "linux/amd64", Digest: dgst(name + "amd"), MediaType: "application/vnd.oci.image.manifest.v1+json", Size: 12, From: "r.example/amd:1"},
		},
		Why: []lock.Reason{
			{Component: "b", Sure: "certain", Rule: "pod", File: "x.yaml", Object: "Pod x", Path: ".spec"},
			{Component: "a", Sure: "declared", Rule: "declared", Note: "because: it is # needed"},
		},
	}
}

// sample has everything, in disorder.
func sample() *lock.Lock {
	base := image("r.example/base:1")
	return &lock.Lock{
		Version: lock.Version, Profile: "full", Inputs: dgst("inputs"), KubeVersion: "v1.36.3",
		Platforms: []string{"linux/arm64", "linux/amd64"}, Tools: map[string]string{"tar": "1", "gzip": "2"},
		Base: &base,
		Downloads: []lock.Download{
			{Source: "https://x.example/b.tgz", Digest: dgst("b"), Size: 2, Members: []lock.Member{
				{Path: "z", Digest: dgst("z"), Size: 1}, {Path: "a", Digest: dgst("a"), Size: 0},
			}},
			{Source: "https://c.example#a@1.0", URL: "https://c.example/a.tgz", Digest: dgst("c"), Size: 3},
		},
		Images: []lock.Image{image("z.example/z:1", "two", "one", "two"), image("a.example/a:1")},
	}
}

func encode(t *testing.T, l *lock.Lock) string {
	t.Helper()
	data, err := lock.Encode(l)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	l := sample()
	text := encode(t, l)
	if diff := cmp.Diff(sample(), l); diff != "" {
		t.Error("encoding changes the lock", diff)
	}
	back, err := lock.Decode("opc.lock", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	l.Sort()
	if diff := cmp.Diff(l, back); diff != "" {
		t.Error(diff)
	}
	if again := encode(t, back); again != text {
		t.Error(cmp.Diff(text, again))
	}
}

func TestSort(t *testing.T) {
	t.Parallel()
	l := sample()
	l.Sort()
	var got []string
	for _, d := range l.Downloads {
		got = append(got, d.Source)
	}
	for _, m := range l.Downloads[1].Members {
		got = append(got, m.Path)
	}
	for _, m := range append(l.Images, *l.Base) {
		got = append(got, m.Name, fmt.Sprint(m.Components), m.Platforms[0].Platform, m.Why[0].Component)
	}
	want := []string{
		"https://c.example#a@1.0", "https://x.example/b.tgz", "a", "z",
		"a.example/a:1", "[]", "linux/amd64", "a",
		"z.example/z:1", "[one two]", "linux/amd64", "a",
		"r.example/base:1", "[]", "linux/amd64", "a",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestDiff changes one digest and adds one image: a reviewer sees only that.
func TestDiff(t *testing.T) {
	t.Parallel()
	l := sample()
	for i := range 50 {
		l.Images = append(l.Images, image(fmt.Sprintf("m.example/m%02d:1", i)))
	}
	before := strings.Split(encode(t, l), "\n")
	l.Images[30].Digest = dgst("another")
	if changed := difference(before, strings.Split(encode(t, l), "\n")); changed != 1 {
		t.Errorf("another digest changes %d lines", changed)
	}
	before = strings.Split(encode(t, l), "\n")
	l.Images = append(l.Images, image("m.example/m00a:1", "one", "two"))
	after := strings.Split(encode(t, l), "\n")
	if added := len(after) - len(before); added < 10 || added > 30 || difference(before, after) != added {
		t.Errorf("an image more: %d lines added, %d differ", len(after)-len(before), difference(before, after))
	}
}

// difference counts the lines that after has more often than before.
func difference(before, after []string) (n int) {
	have := map[string]int{}
	for _, line := range before {
		have[line]++
	}
	for _, line := range after {
		if have[line]--; have[line] < 0 {
			n++
		}
	}
	return n
}

func TestFind(t *testing.T) {
	t.Parallel()
	l := sample()
	l.Sort()
	if d, ok := l.Download("https://x.example/b.tgz"); !ok || d.Digest != dgst("b") {
		t.Errorf("download: %v, %v", d, ok)
	} else if m, ok := d.Member("z"); !ok || m.Digest != dgst("z") {
		t.Errorf("member: %v, %v", m, ok)
	} else if _, ok := d.Member("y"); ok {
		t.Error("a member that is not there")
	}
	if _, ok := l.Download("https://x.example/"); ok {
		t.Error("a download that is not there")
	}
	m, ok := l.Image("z.example/z:1")
	if p, found := m.Manifest("linux/arm64"); !ok || !found || p.Size != 11 {
		t.Errorf("image: %v, %v, %v", ok, found, p)
	}
	if _, found := m.Manifest("linux/s390x"); found {
		t.Error("a platform that is not there")
	}
	if _, ok := l.Image("z.example/z"); ok {
		t.Error("an image that is not there")
	}
	if !m.Republished() || (lock.Image{Platforms: []lock.Manifest{{}}}).Republished() {
		t.Error("republished")
	}
}

func TestAddMember(t *testing.T) {
	t.Parallel()
	l := sample()
	l.Sort()
	for _, m := range []lock.Member{{Path: "m", Digest: dgst("m")}, {Path: "z", Digest: dgst("new")}} {
		l.AddMember("https://x.example/b.tgz", m)
		l.AddMember("https://x.example/gone", m)
	}
	want := []lock.Member{{Path: "a", Digest: dgst("a")}, {Path: "m", Digest: dgst("m")}, {Path: "z", Digest: dgst("new")}}
	if diff := cmp.Diff(want, l.Downloads[1].Members); diff != "" {
		t.Error(diff)
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	const file = "testdata/opc.lock"
	got := encode(t, sample())
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(filepath.FromSlash(file), []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("locks that people have committed look different (UPDATE=1 writes it): %s", diff)
	}
}
