package push

import (
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

// TestCompare: what a registry changed after a push is found, wherever it is.
func TestCompare(t *testing.T) {
	t.Parallel()
	reg := &remotetest.Registry{}
	srv := remotetest.Serve(t, reg)
	st := newStore(t)
	root := putIndex(t, st, putManifest(t, st, strings.Repeat("x", 100)), putManifest(t, st, "y"))
	p := New(newClient(t, remote.Options{}), st)
	name := ref(t, srv.Host()+"/a:1")
	if _, err := p.Push(t.Context(), root, name, Options{}, nil); err != nil {
		t.Fatal(err)
	}
	if err := p.Compare(t.Context(), root, name, nil); err != nil {
		t.Error(err)
	}
	const lie = "; the host serves something else than was published: ask who runs it, or use another mirror"
	srv.Fault("GET", "/blobs/"+sum("y"), remotetest.Flip)
	err := p.Compare(t.Context(), root, name, nil)
	check(t, err, srv.Host(), "HOST/a:1: read back at HOST: wrong content: "+sum("y")+" came back as "+sum("x")+lie)
	reg.Manifest("a", "1", "x", []byte("{}"))
	err = p.Compare(t.Context(), root, name, nil)
	check(t, err, srv.Host(), "HOST/a:1: verify at HOST: wrong content: the name points to "+sum("{}")+", not to "+root.Digest.String()+" that was pushed"+lie)
}
