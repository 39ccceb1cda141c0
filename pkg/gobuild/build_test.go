package gobuild_test

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/gobuild"
)

// module is a module with two programs and no requirements.
func module(t *testing.T) gobuild.Module {
	t.Helper()
	m := gobuild.Module{
		Name:  "demo",
		Stamp: map[string]string{"main.version": "v1.2.3"},
		Files: files(map[string]string{
			"source.mod": "module demo.example\n\ngo 1.24\n",
			"source.sum": "",
			"one/one.go": "package main\n\nvar version = \"unset\"\n\nfunc main() { println(version) }\n",
			"two/two.go": "package main\n\nfunc main() {}\n",
		}),
	}
	if err := m.Measure(); err != nil {
		t.Fatal(err)
	}
	return m
}

func files(texts map[string]string) fs.FS {
	list := fstest.MapFS{}
	for name, text := range texts {
		list[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return list
}

func sums(t *testing.T, names []string) (list []digest.Digest) {
	t.Helper()
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, digest.FromBytes(data))
	}
	return list
}

var both = []string{"./one", "./two"}

// TestSame builds in two places, one of them with an environment that would
// change the result.
func TestSame(t *testing.T) {
	t.Parallel()
	m := module(t)
	var first []digest.Digest
	for i, env := range [][]string{nil, append(os.Environ(), "GOFLAGS=-tags=other -ldflags=-w", "GOAMD64=v3", "CGO_ENABLED=1", "GOOS=plan9", "GOWORK=/nowhere")} {
		dir := filepath.Join(t.TempDir(), strings.Repeat("deep/", i+1))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		var log []string
		b := &gobuild.Builder{Env: env, Log: func(line string) { log = append(log, line) }}
		got, err := b.Build(t.Context(), m, "linux/amd64", both, dir)
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{filepath.Join(dir, "one"), filepath.Join(dir, "two")}; cmp.Diff(want, got) != "" {
			t.Error(cmp.Diff(want, got))
		}
		if len(log) != 2 || log[0] != "compile demo for linux/amd64: one, two" || !strings.HasPrefix(log[1], "compiled demo for linux/amd64 in ") {
			t.Errorf("log %q", log)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 2 {
			t.Errorf("left behind: %v", left)
		}
		if first == nil {
			first = sums(t, got)
		}
		if diff := cmp.Diff(first, sums(t, got)); diff != "" {
			t.Errorf("another result in %s: %s", dir, diff)
		}
		data, _ := os.ReadFile(got[0])
		if !strings.Contains(string(data), "v1.2.3") || strings.Contains(string(data), dir) {
			t.Error("the stamp is missing, or the path of the machine is in it")
		}
	}
}

func TestPlatforms(t *testing.T) {
	t.Parallel()
	for platform, machine := range map[string]elf.Machine{"linux/amd64": elf.EM_X86_64, "linux/arm64": elf.EM_AARCH64, "linux/arm64/v8": elf.EM_AARCH64} {
		got, err := new(gobuild.Builder).Build(t.Context(), module(t), platform, []string{"./two"}, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		f, err := elf.Open(got[0])
		if err != nil {
			t.Fatal(err)
		}
		if libraries, err := f.ImportedLibraries(); f.Machine != machine || len(libraries) > 0 || err != nil {
			t.Errorf("%s: machine %v, libraries %v, %v", platform, f.Machine, libraries, err)
		}
		f.Close()
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change   func(m *gobuild.Module, b *gobuild.Builder)
		platform string
		packages []string
		want     []string
	}{
		"does not compile": {
			change: func(m *gobuild.Module, _ *gobuild.Builder) {
				m.Files = files(map[string]string{"go.mod": "module x\ngo 1.24\n", "go.sum": "", "one/a.go": "package main\n\nfunc main() { wrong() }\n"})
			},
			packages: []string{"./one"},
			want:     []string{"compile ./one of module demo for linux/amd64: exit status 1", "\n\tone/a.go:3:15: undefined: wrong"},
		},
		"no sum": {
			change: func(m *gobuild.Module, _ *gobuild.Builder) {
				m.Files = files(map[string]string{
					"go.mod": "module x\ngo 1.24\nrequire golang.org/x/sys v0.1.0\n", "go.sum": "",
					"one/a.go": "package main\n\nimport _ \"golang.org/x/sys/unix\"\n\nfunc main() {}\n",
				})
			},
			packages: []string{"./one"},
			want:     []string{"missing go.sum entry", "run go mod tidy in a copy of them"},
		},
		"Go is too old": {
			change: func(m *gobuild.Module, _ *gobuild.Builder) {
				m.Files = files(map[string]string{"go.mod": "module x\ngo 1.999\n", "go.sum": "", "one/a.go": "package main\n\nfunc main() {}\n"})
			},
			packages: []string{"./one"},
			want:     []string{"requires go >= 1.999", "install the version of Go that it names; none is downloaded"},
		},
		"no Go": {
			change: func(_ *gobuild.Module, b *gobuild.Builder) { b.Go = "no-such-go" },
			want:   []string{"executable file not found", "install Go (https://go.dev/dl), or build --from release"},
		},
		"no package":         {packages: []string{"./three"}, want: []string{"compile ./three of module demo", "three: directory not found"}},
		"nothing":            {packages: []string{}, want: []string{"module demo: no package to compile"}},
		"one name for two":   {packages: []string{"a/x", "b/x/v2"}, want: []string{"two packages would be compiled into a file x"}},
		"platform":           {platform: "amd64", want: []string{`"amd64" is not a platform such as linux/amd64`}},
		"C, and no compiler": {change: func(m *gobuild.Module, _ *gobuild.Builder) { m.Cgo = true }, platform: "linux/riscv64", want: []string{"no C compiler is known for linux/riscv64"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, b := module(t), &gobuild.Builder{Env: append(os.Environ(), "GOPROXY=off")}
			if test.change != nil {
				test.change(&m, b)
			}
			if test.platform == "" {
				test.platform = "linux/amd64"
			}
			if test.packages == nil {
				test.packages = both
			}
			_, err := b.Build(t.Context(), m, test.platform, test.packages, t.TempDir())
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v\nwants %s", err, want)
				}
			}
		})
	}
}

// TestCancel ends the Go command and what it has started.
func TestCancel(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	alive := filepath.Join(dir, "alive")
	script := filepath.Join(dir, "go")
	text := fmt.Sprintf("#!/bin/sh\n(sleep 0.1; touch %[1]s.begun; sleep 1; touch %[1]s)\n", alive)
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("enough")
	go func() {
		for {
			if _, err := os.Stat(alive + ".begun"); err == nil {
				cancel(reason)
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	_, err := (&gobuild.Builder{Go: script}).Build(ctx, module(t), "linux/amd64", both, dir)
	if !errors.Is(err, reason) {
		t.Errorf("error %v", err)
	}
	time.Sleep(1200 * time.Millisecond)
	if _, err := os.Stat(alive); err == nil {
		t.Error("what the Go command started went on")
	}
}

// TestProgress tells about a long compilation.
func TestProgress(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "go")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho runtime >&2; sleep 0.05; echo example.org/a >&2; echo '# note: of the linker' >&2\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	var log []string
	b := &gobuild.Builder{Go: script, Every: 20 * time.Millisecond, Log: func(line string) { log = append(log, line) }}
	if _, err := b.Build(t.Context(), module(t), "linux/amd64", both, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if len(log) != 3 || log[1] != "compile demo for linux/amd64: 2 packages, now example.org/a" {
		t.Errorf("log %q", log)
	}
}

func TestTools(t *testing.T) {
	t.Parallel()
	b := new(gobuild.Builder)
	tools, err := b.Tools(t.Context(), module(t), "linux/arm64")
	if err != nil || len(tools) != 1 || !strings.HasPrefix(tools[0], "go1.") || strings.Contains(tools[0], "/") {
		t.Errorf("%q, %v", tools, err)
	}
	m := module(t)
	m.Cgo = true
	if _, err := b.Tools(t.Context(), m, "linux/s390x"); err == nil || !strings.Contains(err.Error(), "C compiler") {
		t.Errorf("a C compiler for s390x: %v", err)
	}
}
