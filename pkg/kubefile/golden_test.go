package kubefile

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

const samples = "../../testdata/kubefile"

// golden compares with a golden file, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v; write it with: go test ./pkg/kubefile -update", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("differs from %s (-want +got):\n%s", name, diff)
	}
}

func sampleFiles(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(samples, dir, "*.Kubefile"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples in %s: %v", dir, err)
	}
	return files
}

// mustParse parses text that has no error.
func mustParse(t *testing.T, text string) *File {
	t.Helper()
	f, err := Parse("Kubefile", strings.NewReader(text), Limits{})
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return f
}

// withoutPositions makes cmp compare trees by what they say.
var withoutPositions = cmp.FilterPath(func(p cmp.Path) bool {
	name := p.Last().String()
	return name == ".Pos" || name == ".End"
}, cmp.Ignore())

func TestFormatSamples(t *testing.T) {
	t.Parallel()
	for _, name := range sampleFiles(t, "valid") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f := mustParse(t, string(text))
			formatted := f.Format()
			golden(t, strings.TrimSuffix(name, ".Kubefile")+".golden", formatted)
			again := mustParse(t, string(formatted))
			if diff := cmp.Diff(f, again, withoutPositions); diff != "" {
				t.Errorf("the formatted file has another tree (-source +formatted):\n%s", diff)
			}
			if !bytes.Equal(formatted, again.Format()) {
				t.Errorf("formatting twice gives\n%s", again.Format())
			}
		})
	}
}

func TestErrorSamples(t *testing.T) {
	t.Parallel()
	for _, name := range sampleFiles(t, "invalid") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse("Kubefile", bytes.NewReader(text), Limits{})
			if err == nil {
				t.Fatal("no error")
			}
			golden(t, strings.TrimSuffix(name, ".Kubefile")+".golden", []byte(err.Error()+"\n"))
		})
	}
}
