package gobuild_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/gobuild"
)

// TestMeasure: whatever changes a result changes the digest, and nothing else.
func TestMeasure(t *testing.T) {
	t.Parallel()
	text := map[string]string{"go.mod": "module x\n", "go.sum": "", "a/a.go": "package main\n"}
	plain := gobuild.Module{Name: "x", Files: files(text)}
	if err := plain.Measure(); err != nil {
		t.Fatal(err)
	}
	same := gobuild.Module{Name: "other name", Files: files(map[string]string{"source.mod": "module x\n", "source.sum": "", "a/a.go": "package main\n"})}
	if err := same.Measure(); err != nil || same.Digest != plain.Digest {
		t.Errorf("the names of the module and of its files count: %v", err)
	}
	here, there := gobuild.Module{Files: plain.Files, Cgo: true, Sysroot: "/here"}, gobuild.Module{Files: plain.Files, Cgo: true, Sysroot: "/there"}
	if err := errors.Join(here.Measure(), there.Measure()); err != nil || here.Digest != there.Digest {
		t.Errorf("the place of C libraries counts: %v", err)
	}
	seen := map[digest.Digest]string{plain.Digest: "nothing"}
	for what, change := range map[string]func(m *gobuild.Module){
		"go.mod": func(m *gobuild.Module) {
			m.Files = files(map[string]string{"go.mod": "module y\n", "go.sum": "", "a/a.go": "package main\n"})
		},
		"go.sum": func(m *gobuild.Module) {
			m.Files = files(map[string]string{"go.mod": "module x\n", "go.sum": "x", "a/a.go": "package main\n"})
		},
		"a package": func(m *gobuild.Module) {
			m.Files = files(map[string]string{"go.mod": "module x\n", "go.sum": "", "b/a.go": "package main\n"})
		},
		"stamp": func(m *gobuild.Module) { m.Stamp = map[string]string{"main.v": "1"} },
		"tags":  func(m *gobuild.Module) { m.Tags = []string{"netgo"} },
		"cgo":   func(m *gobuild.Module) { m.Cgo = true },
	} {
		m := plain
		change(&m)
		if err := m.Measure(); err != nil {
			t.Fatal(err)
		}
		if as, ok := seen[m.Digest]; ok {
			t.Errorf("%s makes no difference to %s", what, as)
		}
		seen[m.Digest] = what
	}
}

func TestMeasureErrors(t *testing.T) {
	t.Parallel()
	for want, text := range map[string]map[string]string{
		"module x has no go.mod":                                   {"go.sum": ""},
		"module x has no go.sum":                                   {"go.mod": ""},
		"big.go has 4194305 bytes, more than the limit of 4194304": {"go.mod": "", "go.sum": "", "big.go": strings.Repeat("x", 4<<20+1)},
	} {
		m := gobuild.Module{Name: "x", Files: files(text)}
		if err := m.Measure(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
