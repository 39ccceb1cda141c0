package discover

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// readCorpus is the text of all cases in testdata/discovery.
func readCorpus(t testing.TB) string {
	t.Helper()
	files, err := filepath.Glob("../../testdata/discovery/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var b strings.Builder
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(data)
	}
	return b.String()
}
