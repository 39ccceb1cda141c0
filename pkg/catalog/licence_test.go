package catalog_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/catalog"
)

func TestLicenceAsks(t *testing.T) {
	t.Parallel()
	for spdx, want := range map[string]bool{
		"Apache-2.0": false, "GPL-2.0-only": false, "LGPL-2.1-only": false, "MPL-2.0": false,
		"Apache-2.0 AND AGPL-3.0-only": true, "Elastic-2.0": true, "SSPL-1.0": true, "BUSL-1.1": true,
		"MIT AND LicenseRef-no-licence": true,
	} {
		if got := (catalog.Licence{SPDX: spdx, Restricted: true}).Asks(); got != want {
			t.Errorf("%s, restricted: %v", spdx, got)
		}
		if (catalog.Licence{SPDX: spdx}).Asks() {
			t.Errorf("%s, not restricted, is asked about", spdx)
		}
	}
}

// Which licences of the catalog people have to accept is not to change by chance.
func TestEmbeddedCatalogAsks(t *testing.T) {
	t.Parallel()
	var asks, tells []string
	for _, c := range embedded(t).Components() {
		if c.Licence.Asks() {
			asks = append(asks, c.Name)
		} else if c.Licence.Restricted {
			tells = append(tells, c.Name)
		}
	}
	slices.Sort(asks)
	if diff := cmp.Diff([]string{"elasticsearch", "prometheus", "takin", "terraform"}, asks); diff != "" {
		t.Errorf("asked about (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"mysql", "shardingsphere"}, tells); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
