package runner

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/layer"
)

// blob is content in memory.
type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

func (m *memory) Open(d digest.Digest) (layer.Blob, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return blob{bytes.NewReader(m.blobs[d])}, nil
}

// TestRunsInTurn does what a build does: the changes of a RUN become a layer,
// which the next RUN has below it.
func TestRunsInTurn(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{false, true} {
		blobs := &memory{}
		r := image(t, blobs)
		r.plain = plain
		step := func(script string) []string {
			entries, out, err := run(t, r, Command{Args: Shell(script)})
			if err != nil {
				t.Fatal(err, out)
			}
			recipe, err := layer.New(entries)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Apply(t.Context(), recipe.Open(blobs)); err != nil {
				t.Fatal(err)
			}
			return describe(entries, blobs)
		}
		step("write /d/new 1; big /d/big 20000; ln /d/big /d/same; chmod 4755 /d/a; rm /d/sub; ")
		before := listing(t, r.root())
		if second := step("cat /d/new; touch /d/big; chmod 4755 /d/a"); len(second) != 0 {
			t.Errorf("nothing changed, and yet %v", second)
		}
		if diff := cmp.Diff(before, listing(t, r.root())); diff != "" {
			t.Errorf("an empty layer changed the tree: %s", diff)
		}
		want := []string{"directory d -rwxr-x--- 0:0", "file d/.wh.new -rw------- 0:0", "directory d/sub -rwxr-xr-x 0:0"}
		if diff := cmp.Diff(want, step("rm /d/new; mkdir /d/sub; who")); diff != "" {
			t.Error(diff)
		}
		after := strings.Join(listing(t, r.root()), "\n")
		for _, line := range []string{"urwxr-xr-x d/a a\n", "drwxr-x--- d\n", "drwxr-xr-x d/sub\n", "-rw-r--r-- d/same xxx"} {
			if !strings.Contains(after, line) {
				t.Errorf("no %q in the tree", line)
			}
		}
		if strings.Contains(after, ".wh.") || strings.Contains(after, "d/new") || strings.Contains(after, "d/sub/x") {
			t.Errorf("removed files are there")
		}
	}
}
