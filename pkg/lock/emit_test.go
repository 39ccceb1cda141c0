package lock

import (
	"fmt"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

// asLibrary is what the YAML library writes for a lock.
func asLibrary(t *testing.T, l *Lock) string {
	t.Helper()
	body, err := yaml.MarshalWithOptions(l, yaml.IndentSequence(false))
	if err != nil {
		t.Fatal(err)
	}
	return header + string(body)
}

// large is a lock of n images with everything an image can have.
func large(n int) *Lock {
	sum := digest.FromString("content")
	l := &Lock{
		Version: Version, Profile: "full", Inputs: sum, KubeVersion: "v1.36.3",
		Platforms: []string{"linux/amd64", "linux/arm/v7"},
		Tools:     map[string]string{"tar": "opc-tar/1", "gzip": "1.25"},
		Base:      &Image{Name: "registry.example/base:v1", Digest: sum, MediaType: "a/b", Size: 1, Platforms: []Manifest{{Platform: "linux/amd64", Digest: sum, MediaType: "a/b", Size: 2}}},
		Downloads: []Download{
			{Source: "https://example.com/a.tar.gz?x=1#b", URL: "https://example.com/", Digest: sum, Size: 3, Members: []Member{{"bin/a", sum, 4}}},
			{Source: "oci://registry.example/chart:1.2", Digest: sum},
		},
	}
	for i := range n {
		l.Images = append(l.Images, Image{
			Name: fmt.Sprintf("registry.example/team/image-%04d:1.%d", i, i), Digest: sum,
			MediaType: "application/vnd.oci.image.index.v1+json", Size: 493, Assembled: i%2 == 0, BaseOnly: i%3 == 0,
			Platforms:  []Manifest{{Platform: "linux/amd64", Digest: sum, MediaType: "a/b", Size: 1351, From: "true"}},
			Components: []string{"cert-manager", "no"},
			Why: []Reason{
				{Component: "yes", Sure: "certain", Rule: "pod/container", File: "application/apps/a/a.yaml", Object: "Deployment ns/name", Path: "spec.containers[0].image"},
				{Sure: "declared", Rule: "declared", Note: "the operator asks for it: \"soon\", # perhaps"},
			},
		})
	}
	return l
}

func TestEmitterWritesWhatTheLibraryDoes(t *testing.T) {
	t.Parallel()
	l := large(12)
	l.Sort()
	got, err := Encode(l)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asLibrary(t, l), string(got)); diff != "" {
		t.Errorf("(-library +ours)\n%s", diff)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "a", "true", "False", "null", "~", "y", "off", "1", "1.25", "0x1f", "1e3", "2024-01-02", "12:30:45", ".5", "-", "- a",
		"plain words", "a: b", "a:b", "ends with:", "a #b", "a#b", "#a", " lead", "trail ", "a\tb", "two\nlines", "trailing\n",
		"[a]", "spec.containers[0].image", "a, b", "{a}", "a {b}", "'a'", `"a"`, `back\slash`, "*a", "&a", "!a", "|", ">", "%a", "@a", "`a",
		"Ünïcode", "\u0000", "\u2028", "a\x7fb", "---", "...", "key: [v", "abcdef -g", "abcdef ?g", "abcdef: g", "<<", "=",
	} {
		var e emitter
		for _, text := range []func(string) (string, error){word, func(s string) (string, error) { return quote(s), nil }} {
			e.Reset()
			out, err := text(s)
			if err != nil {
				t.Fatalf("%q: %v", s, err)
			}
			e.WriteString("k: " + out + "\nother: x\n")
			var back struct{ K, Other string }
			if err := yaml.Unmarshal(e.Bytes(), &back); err != nil || back.K != s || back.Other != "x" {
				t.Errorf("%q is written as %q and read as %q (%v)", s, out, back.K, err)
			}
		}
	}
}

func FuzzWord(f *testing.F) {
	for _, s := range []string{"registry.example/a:v1", "Deployment ns/name", "spec.containers[0].image", "a b: c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !plain(s) {
			return
		}
		var back struct{ K string }
		if err := yaml.Unmarshal([]byte("k: "+s+"\n"), &back); err != nil || back.K != s {
			t.Errorf("%q is written without quotes and read as %q (%v)", s, back.K, err)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	l := large(300)
	for b.Loop() {
		if _, err := Encode(l); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	data, err := Encode(large(300))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Decode("opc.lock", data); err != nil {
			b.Fatal(err)
		}
	}
}
