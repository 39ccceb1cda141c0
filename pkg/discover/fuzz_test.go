package discover

import (
	"context"
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/chart/manifest"
	"github.com/opc-source/opc-image/pkg/reference"
)

// FuzzFind walks any YAML: no panic, and every finding reads back to itself and
// has a path.
func FuzzFind(f *testing.F) {
	for part := range strings.SplitSeq(readCorpus(f), "\n-- ") {
		_, body, _ := strings.Cut(part, " --\n")
		f.Add([]byte(body))
	}
	finder, err := New(Limits{Nodes: 20_000, Depth: 100})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, err := manifest.Split("f.yaml", data, manifest.Limits{})
		if err != nil {
			return
		}
		report, err := finder.Find(context.Background(), "fuzz", docs)
		if err != nil {
			return
		}
		for _, found := range report.Findings {
			back, err := reference.Parse(found.Image.String())
			if err != nil || back != found.Image {
				t.Errorf("%s reads back as %v, %v", found.Image, back, err)
			}
			if found.Rule == "" || strings.Contains(found.Image.String(), leftover) {
				t.Errorf("finding without a rule, or of a template leftover: %+v", found)
			}
		}
	})
}

// FuzzReadRef: what is taken for an image is one, and prints as one.
func FuzzReadRef(f *testing.F) {
	for _, seed := range []string{"busybox", "a/b:1", "quay.io/a/b@sha256:00", "oci://a/b:1", "localhost:5000/b", "a:b:c", "::", "[::1]:5000/a:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		ref, s := readRef(in)
		if s == notRef {
			return
		}
		if back, err := reference.Parse(ref.String()); err != nil || back != ref {
			t.Errorf("readRef(%q) = %s, which reads back as %v, %v", in, ref, back, err)
		}
		looksLike(in)
	})
}

// FuzzStripTemplate: no panic, no growth beyond the leftovers, nothing to strip
// the second time unless an action was never closed.
func FuzzStripTemplate(f *testing.F) {
	for _, seed := range []string{"a: {{ .X }}", "{{/* }} */}}", "{{ \"}}\" }}", "{{ `", "{{{{}}}}", "{{'\\'}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := stripTemplate(in)
		if max := len(in) + strings.Count(in, "{{")*len(leftover); len(out) > max {
			t.Errorf("%d bytes became %d", len(in), len(out))
		}
	})
}
