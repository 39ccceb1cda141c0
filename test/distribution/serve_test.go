package distribution_test

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/distribution/distribution/v3/configuration"
	"github.com/distribution/distribution/v3/registry/handlers"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/registryfs"
)

// serve runs the real registry over the layout of the images and returns its
// address. The registry may only read.
func serve(t *testing.T, images []registryfs.Image, blobs map[digest.Digest][]byte) string {
	t.Helper()
	groups, err := registryfs.Groups(images)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, group := range groups {
		for _, entry := range group.Entries {
			extract(t, root, entry, blobs)
		}
	}
	config := &configuration.Configuration{Storage: configuration.Storage{
		"filesystem":  {"rootdirectory": filepath.Join(root, "registry")},
		"maintenance": {"readonly": map[any]any{"enabled": true}},
	}}
	config.Catalog.MaxEntries = 1000
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	server := httptest.NewServer(handlers.NewApp(ctx, config))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// extract writes one entry as a host does that unpacks the layer.
func extract(t *testing.T, root string, entry layer.Entry, blobs map[digest.Digest][]byte) {
	t.Helper()
	content := entry.Data
	if entry.Blob != "" {
		var ok bool
		if content, ok = blobs[entry.Blob]; !ok {
			t.Fatalf("%s: no such blob", entry.Blob)
		}
		if int64(len(content)) != entry.Size {
			t.Fatalf("%s: %d bytes, the entry says %d", entry.Blob, len(content), entry.Size)
		}
	}
	name := filepath.Join(root, filepath.FromSlash(entry.Name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, content, entry.Mode); err != nil {
		t.Fatal(err)
	}
}
