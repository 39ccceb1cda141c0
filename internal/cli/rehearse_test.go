package cli_test

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"

	"github.com/opc-source/opc-image/internal/cli"
	"github.com/opc-source/opc-image/kubefiles"
	"github.com/opc-source/opc-image/pkg/opc"
)

// TestEverythingRehearses builds, pushes, pulls back and verifies each profile,
// and each component alone.
func TestEverythingRehearses(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	profiles, err := fs.ReadDir(kubefiles.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	c, err := opc.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	names := c.Names()
	for _, entry := range profiles {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, told bytes.Buffer
			code := cli.Main(t.Context(), []string{"rehearse", name, "--limit", "2", "--progress", "plain"}, strings.NewReader(""), &out, &told)
			if code != 0 || !strings.Contains(out.String(), "pushed, pulled back and verified.") {
				t.Errorf("exit code %d\n%s\n%s", code, told.String(), out.String())
			}
		})
	}
}
