package gobuild_test

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/gobuild"
)

// sysroot has a library whose function answer gives a number.
func sysroot(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	lib := filepath.Join(root, "usr/lib/x86_64-linux-gnu")
	for name, text := range map[string]string{
		"usr/include/answer.h": "int answer(void);\n",
		"answer.c":             "int answer(void) { return 42; }\n",
		"usr/lib/x86_64-linux-gnu/pkgconfig/answer.pc": "Name: answer\nDescription: x\nVersion: 1\nLibs: -L/usr/lib/x86_64-linux-gnu -lanswer\nCflags: -I/usr/include\n",
	} {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range [][]string{
		{"x86_64-linux-gnu-gcc", "-O2", "-c", "answer.c", "-o", "answer.o"}, {"ar", "rcD", filepath.Join(lib, "libanswer.a"), "answer.o"},
	} {
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", command, err, out)
		}
	}
	return root
}

// TestCgo links a library statically, and gives the same bytes wherever that
// library is. The second build must not take from the Go command's cache what was
// made for the first one, whose directory is gone by then.
func TestCgo(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"x86_64-linux-gnu-gcc", "ar", "pkg-config"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	var first []digest.Digest
	for range 2 {
		m := gobuild.Module{Name: "c", Cgo: true, Sysroot: sysroot(t), Files: files(map[string]string{
			"go.mod": "module c.example\n\ngo 1.24\n", "go.sum": "",
			"one/one.go": "package main\n\n// #cgo pkg-config: answer\n// #include <answer.h>\nimport \"C\"\n\nfunc main() { println(C.answer()) }\n",
		})}
		got, err := new(gobuild.Builder).Build(t.Context(), m, "linux/amd64", []string{"./one"}, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		f, err := elf.Open(got[0])
		if err != nil {
			t.Fatal(err)
		}
		libraries, err := f.ImportedLibraries()
		if err != nil || len(libraries) > 0 {
			t.Errorf("linked with %v, %v", libraries, err)
		}
		f.Close()
		if first == nil {
			first = sums(t, got)
		}
		if diff := cmp.Diff(first, sums(t, got)); diff != "" {
			t.Errorf("another result: %s", diff)
		}
		if err := os.RemoveAll(m.Sysroot); err != nil {
			t.Fatal(err)
		}
	}
}
