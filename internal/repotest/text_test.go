package repotest

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// private are things of the machine that a file was written on, which mean
// nothing to others. They are spelt so that they do not find themselves.
var private = []*regexp.Regexp{
	regexp.MustCompile(`(^|[\s"'(=:` + "`" + `])/` + `root/go/`),
	regexp.MustCompile(`/home/[a-z]+/` + `go/`),
}

func TestNothingPrivate(t *testing.T) {
	t.Parallel()
	each(t, "", func(t *testing.T, name string, content []byte) {
		if bytes.IndexByte(content[:min(len(content), 8000)], 0) >= 0 {
			return // Not text.
		}
		for number, line := range strings.Split(string(content), "\n") {
			for _, word := range private {
				if word.MatchString(line) {
					t.Errorf("%s:%d: %q", name, number+1, word.FindString(line))
				}
			}
		}
	})
}

func TestLicence(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join(top, "LICENSE"))
	if err != nil || !bytes.Contains(b, []byte("Apache License")) {
		t.Errorf("LICENSE is not the Apache License: %v", err)
	}
}

func TestFilesThatMustBeThere(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", ".ci/run",
		"docs/model.md", "docs/cli.md", "docs/errors.md", "docs/performance.md", "docs/compat.md", "docs/adr/README.md",
	} {
		if _, err := os.Stat(filepath.Join(top, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPrivateIsFound(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"see /" + "root/go/bin/x": true, "/home/someone/" + "go/bin": true, "/srv/" + "root/go/x": false, "/rooted/go/": false,
	} {
		found := false
		for _, word := range private {
			found = found || word.MatchString(text)
		}
		if found != want {
			t.Errorf("%q: found %v", text, found)
		}
	}
}

func TestLinesOfPackages(t *testing.T) {
	t.Parallel()
	if line("pkg/chart/repo") != line("pkg/chart") || line("pkg/chartx") != -1 || line("pkg/opc") <= line("internal/ui") {
		t.Error("packages are looked up wrongly in the table of layers")
	}
}
