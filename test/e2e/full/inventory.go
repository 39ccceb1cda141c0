package full

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/rehearse"
)

// Inventory is what an upstream has for components: stand-ins, and the real
// charts and manifests out of a directory. Charts lie there as NAME-VERSION.tgz,
// manifests under their URL without its scheme. archives are other files that are
// real, by URL. The error names all that is not there, each with the command that
// fetches it.
func Inventory(components []*catalog.Component, dir string, archives map[string][]byte) (rehearse.Inventory, error) {
	inv := rehearse.FromComponents(components)
	var missing []string
	for i, chart := range inv.Charts {
		data, err := os.ReadFile(filepath.Join(dir, chart.Name+"-"+chart.Version+".tgz"))
		if err != nil {
			missing = append(missing, pull(chart))
		}
		inv.Charts[i].Archive = data
	}
	manifests := map[string]bool{}
	for _, c := range components {
		for _, m := range c.Install.Manifests {
			manifests[m.URL] = true
		}
	}
	for i, file := range inv.Files {
		if !manifests[file.URL] {
			inv.Files[i].Data = archives[file.URL]
			continue
		}
		_, name, _ := strings.Cut(file.URL, "://")
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			missing = append(missing, "wget -x "+file.URL)
		}
		inv.Files[i].Data = data
	}
	if len(missing) > 0 {
		return inv, errors.New("not everything is in " + dir + "; with a network, run in it\n" + strings.Join(missing, "\n"))
	}
	return inv, nil
}

// pull is the command that fetches a chart.
func pull(c rehearse.Chart) string {
	if strings.HasPrefix(c.Repo, "oci://") {
		return fmt.Sprintf("helm pull %s/%s --version %s", c.Repo, c.Name, c.Version)
	}
	return fmt.Sprintf("helm pull %s --repo %s --version %s", c.Name, c.Repo, c.Version)
}
