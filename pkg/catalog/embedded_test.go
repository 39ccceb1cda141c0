package catalog_test

import (
	"testing"

	"github.com/opc-source/opc-image/images"
	"github.com/opc-source/opc-image/pkg/catalog"
)

// embedded loads the catalog that the program carries.
func embedded(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(images.FS)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEmbeddedCatalogLoads(t *testing.T) {
	t.Parallel()
	for _, c := range embedded(t).Components() {
		t.Log(c.Name, len(c.Images))
	}
}

func TestEmbeddedCatalogKeepsTheRules(t *testing.T) {
	t.Parallel()
	for _, finding := range embedded(t).Lint() {
		t.Error(finding)
	}
}
