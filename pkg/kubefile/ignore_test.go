package kubefile

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestIgnoreExcludes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		ignore, name string
		want         bool
	}{
		{"", "a", false},
		{"a", "a", true},
		{"a", "a/b/c", true},
		{"/a/", "a/b", true},
		{"a", "b/a", false},
		{"**/a", "b/c/a", true},
		{"*.md\n!README.md", "README.md", false},
		{"*.md\n!README.md", "x.md", true},
		{"!README.md\n*.md", "README.md", true}, // the last match counts
		{"docs\n!docs/keep", "docs/keep/x", false},
		{"docs\n!docs/keep", "docs/other", true},
		{"# a\n  b  \n\n", "b", true},
		{"\ufeffa", "a", true},
		{"a?c", "abc", true},
		{"a/*/c", "a/b/x/c", false},
	}
	for _, test := range tests {
		got, err := mustIgnore(t, test.ignore).Excludes(test.name)
		if err != nil || got != test.want {
			t.Errorf("%q excludes %s: %v, %v; want %v", test.ignore, test.name, got, err, test.want)
		}
	}
	if got, err := (*Ignore)(nil).Excludes("a"); got || err != nil {
		t.Errorf("a nil Ignore excludes: %v, %v", got, err)
	}
}

func TestParseIgnoreErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"lone negation", "a\n!\n", `the pattern "!" cannot be read`},
		{"class", "a\nb[", `the pattern "b[" cannot be read`},
		{"re-included class", "a\n!b[", `the pattern "!b[" cannot be read`},
		{"size", strings.Repeat("a\n", maxIgnoreFile), "exceeds the bound of 1048576 bytes"},
		{"line", strings.Repeat("a", 1<<17), "token too long"},
	}
	for _, test := range tests {
		_, err := ParseIgnore(".dockerignore", strings.NewReader(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), ".dockerignore") {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
	}
}

func TestReadIgnore(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		".dockerignore":          {Data: []byte("docker")},
		".containerignore":       {Data: []byte("container")},
		"lite.dockerignore":      {Data: []byte("lite")},
		"sub/other.dockerignore": {Data: []byte("[")},
	}
	for kubefile, excluded := range map[string]string{"lite": "lite", "path/to/lite": "lite", "Kubefile": "container"} {
		ignore, err := ReadIgnore(fsys, kubefile)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := ignore.Excludes(excluded); !got {
			t.Errorf("the ignore file of %s does not exclude %s", kubefile, excluded)
		}
	}
	if ignore, err := ReadIgnore(fstest.MapFS{}, "Kubefile"); ignore != nil || err != nil {
		t.Errorf("without an ignore file: %v, %v", ignore, err)
	}
	if _, err := ReadIgnore(fstest.MapFS{".dockerignore": {Data: []byte("[")}}, "Kubefile"); err == nil {
		t.Error("a bad ignore file is no error")
	}
}
