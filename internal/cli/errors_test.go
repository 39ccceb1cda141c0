package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documented finds the messages in docs/errors.md.
var documented = regexp.MustCompile("\\*\\*`([^`]+)`\\*\\*")

// elsewhere are the tests that print what no script can.
var elsewhere = []string{"../../test/robustness/*_test.go"}

// sources have messages of which some need another kernel or system than tests
// have; package runner tests the others.
var sources = []string{"../../pkg/runner/*.go"}

// TestErrorsAreDocumentedAsPrinted holds each message of docs/errors.md to a
// script, or another test, that sees the program print it.
func TestErrorsAreDocumentedAsPrinted(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := expectations(t) + contents(t, sources)
	found := documented.FindAllStringSubmatch(string(doc), -1)
	if len(found) < 40 {
		t.Errorf("only %d messages are documented", len(found))
	}
	for _, m := range found {
		for part := range strings.SplitSeq(m[1], "…") {
			if part = strings.Trim(part, " "); !strings.Contains(seen, part) {
				t.Errorf("no test expects %q", part)
			}
		}
	}
}

// expectations is what tests expect on standard error, in plain text.
func expectations(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatal(scripts, err)
	}
	for _, name := range scripts {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if pattern, ok := strings.CutPrefix(line, "stderr "); ok {
				b.WriteString(strings.NewReplacer(`\`, "").Replace(pattern))
			}
		}
	}
	return b.String() + contents(t, elsewhere)
}

// contents is the text of all files of some patterns.
func contents(t *testing.T, patterns []string) string {
	t.Helper()
	var b strings.Builder
	for _, pattern := range patterns {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(names, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(text)
		}
	}
	return b.String()
}
