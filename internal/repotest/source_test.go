package repotest

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// Limits of size, in lines. What generators write has none.
const (
	maxFile = 400
	maxFunc = 100
)

func TestGoFiles(t *testing.T) {
	t.Parallel()
	each(t, ".go", func(t *testing.T, name string, content []byte) {
		if strings.Contains(name, "testdata/") && strings.HasSuffix(name, "_bad.go") {
			return
		}
		formatted, err := format.Source(content)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if !bytes.Equal(formatted, content) {
			t.Errorf("%s is not formatted: run make fmt", name)
		}
		positions := token.NewFileSet()
		file, err := parser.ParseFile(positions, name, content, parser.ParseComments)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if !ast.IsGenerated(file) {
			sizes(t, name, content, positions, file)
		}
		seeds(t, name, content, positions, file)
	})
}

// sizes checks the lengths of a file and its functions.
func sizes(t *testing.T, name string, content []byte, positions *token.FileSet, file *ast.File) {
	t.Helper()
	if n := bytes.Count(content, []byte("\n")); n > maxFile {
		t.Errorf("%s has %d lines, more than %d", name, n, maxFile)
	}
	for _, declaration := range file.Decls {
		f, ok := declaration.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		if n := positions.Position(f.End()).Line - positions.Position(f.Pos()).Line + 1; n > maxFunc {
			t.Errorf("%s: %s has %d lines, more than %d", name, f.Name.Name, n, maxFunc)
		}
	}
}

// seeds checks that each fuzz target starts from something.
func seeds(t *testing.T, name string, content []byte, positions *token.FileSet, file *ast.File) {
	t.Helper()
	if !strings.HasSuffix(name, "_test.go") {
		return
	}
	for _, declaration := range file.Decls {
		f, ok := declaration.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(f.Name.Name, "Fuzz") || f.Recv != nil || f.Body == nil {
			continue
		}
		body := content[positions.Position(f.Pos()).Offset:positions.Position(f.End()).Offset]
		corpus := filepath.Join(top, path.Dir(name), "testdata", "fuzz", f.Name.Name)
		if _, err := os.Stat(corpus); err != nil && !bytes.Contains(body, []byte(".Add(")) {
			t.Errorf("%s: %s has no seed", name, f.Name.Name)
		}
	}
}
