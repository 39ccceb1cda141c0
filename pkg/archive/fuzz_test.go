package archive_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/opc-source/opc-image/pkg/archive"
	"github.com/opc-source/opc-image/pkg/store"
)

// FuzzLoad loads anything. Whatever is tagged must be whole.
func FuzzLoad(f *testing.F) {
	from := newStore(f)
	f.Add(save(f, from, builder{f, from}.image("amd64"), archive.SaveOptions{}))
	f.Fuzz(func(t *testing.T, data []byte) {
		into, err := store.Open(t.TempDir(), store.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		defer into.Close()
		loaded, err := archive.LoadReader(t.Context(), into, bytes.NewReader(data), archive.LoadOptions{})
		if err != nil {
			return
		}
		for _, image := range loaded {
			if err := archive.Save(t.Context(), into, image, io.Discard, archive.SaveOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
