package ui

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// env makes a Getenv of name=value pairs.
func env(pairs ...string) func(string) string {
	return func(name string) string {
		for _, pair := range pairs {
			if n, value, _ := strings.Cut(pair, "="); n == name {
				return value
			}
		}
		return ""
	}
}

func TestFlagValues(t *testing.T) {
	t.Parallel()
	var m Mode
	if m.String() != "auto" || m.Type() != "auto|tty|plain|json|none" {
		t.Errorf("zero Mode is %q of %q", m.String(), m.Type())
	}
	if err := m.Set("json"); err != nil || m != JSON {
		t.Errorf("Set(json): %v, %v", m, err)
	}
	const want = `"fancy" is none of auto, tty, plain, json, none`
	if err := m.Set("fancy"); err == nil || err.Error() != want || m != JSON {
		t.Errorf("Set(fancy): %v, %v; want %v", m, err, want)
	}
	var f Format
	if f.String() != "text" || f.Type() != "text|json" {
		t.Errorf("zero Format is %q of %q", f.String(), f.Type())
	}
	if err := f.Set("json"); err != nil || f.String() != "json" {
		t.Errorf("Set(json): %v, %v", f, err)
	}
}

func TestAutoIsPlainWithoutTerminal(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := Mode("").resolve(file, env("TERM=xterm")); got != Plain {
		t.Errorf("file: %s", got)
	}
	if got := Auto.resolve(new(bytes.Buffer), env("TERM=xterm")); got != Plain {
		t.Errorf("buffer: %s", got)
	}
	if got := Terminal.resolve(file, env()); got != Terminal {
		t.Errorf("asked for bars: %s", got)
	}
	if got := Width(file); got != 80 {
		t.Errorf("width of a file: %d", got)
	}
	if colour(file, env("TERM=xterm")) {
		t.Error("a file gets colours")
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"quay.io/a/b:1":        "quay.io/a/b:1",
		"a\x1b[2Jb":            "a\uFFFD[2Jb",
		"one\ntwo\tthree":      "one two three",
		"naïve 镜像":             "naïve 镜像",
		"rtl \u202egnp.exe":    "rtl \uFFFDgnp.exe",
		"bell\a \u0085 \u2028": "bell\uFFFD \uFFFD \uFFFD",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}
