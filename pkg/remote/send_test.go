package remote

import (
	"bytes"
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

// section is a body of a literal and a file that can write what is left of it.
type section struct {
	head  *bytes.Reader
	file  *os.File
	wrote *int64
}

func (s section) Read(p []byte) (int, error) { return io.MultiReader(s.head, s.file).Read(p) }

func (s section) Close() error { return s.file.Close() }

func (s section) WriteTo(w io.Writer) (int64, error) {
	n, err := s.head.WriteTo(w)
	if err != nil {
		return n, err
	}
	m, err := io.Copy(w, s.file)
	*s.wrote += n + m
	return n + m, err
}

// TestBodyWritesItself: on plain TCP the body's WriteTo is used, over TLS its
// Read; the same bytes arrive.
func TestBodyWritesItself(t *testing.T) {
	t.Parallel()
	data := make([]byte, 1<<20)
	_, _ = rand.Read(data)
	path := filepath.Join(t.TempDir(), "blob")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	want := append([]byte("head"), data...)
	var got []byte
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, _ = io.ReadAll(r.Body) })
	for _, srv := range []*remotetest.Server{remotetest.Serve(t, handler), remotetest.ServeTLS(t, handler)} {
		c, _ := newClient(t, Options{Config: Config{Hosts: []Host{{Name: srv.Host(), Insecure: true}}}})
		var sent int64
		wrote := int64(0)
		r := get(srv.URL)
		r.Method, r.Size, r.Sent = http.MethodPut, int64(len(want)), func(n int64) { sent += n }
		r.Body = func() (io.ReadCloser, error) {
			f, err := os.Open(path)
			return section{bytes.NewReader([]byte("head")), f, &wrote}, err
		}
		if _, err := read(t, c, r); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) || sent != int64(len(want)) {
			t.Errorf("%d bytes arrived, %d reported, want %d", len(got), sent, len(want))
		}
		if plain := srv.TLS == nil; (wrote == sent) != plain {
			t.Errorf("plain %v: wrote %d bytes itself", plain, wrote)
		}
	}
}
