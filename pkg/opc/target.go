package opc

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/containerd/platforms"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/sealer"
	"github.com/opc-source/opc-image/pkg/typo"
)

// KubefileName is the file a build context is described by.
const KubefileName = "Kubefile"

// Target says what to compose.
type Target struct {
	// Name is a directory with a Kubefile, a profile, or a component of the
	// catalog. What exists first in this order is meant.
	Name string
	// File is the Kubefile, when it is not Name/Kubefile.
	File string
	// Way in which the files of components come into being; default
	// catalog.Release.
	Way catalog.Way
	// Platforms to build for; default linux/amd64 and linux/arm64.
	Platforms []string
	// Args are the build arguments.
	Args map[string]string
	// Type of the image; default kube-installer, and app-installer for a
	// component.
	Type sealer.ImageType
	// KubeVersion charts are rendered for; default compose.DefaultKubeVersion.
	KubeVersion string
}

// DefaultPlatforms are those built when nothing else is asked.
var DefaultPlatforms = []string{"linux/amd64", "linux/arm64"}

// architectures are those of Linux that container images are published for, as
// the OCI image specification names them.
var architectures = []string{
	"386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64", "s390x",
}

// isPath tells names that can only be of a directory.
func isPath(name string) bool {
	return name == "" || name == "." || name == ".." || strings.ContainsRune(filepath.ToSlash(name), '/')
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}

func normalPlatforms(names []string) ([]string, error) {
	if len(names) == 0 {
		return slices.Clone(DefaultPlatforms), nil
	}
	var list []string
	for _, name := range names {
		p, err := platforms.Parse(name)
		if err != nil {
			return nil, fmt.Errorf("%w: platform %q: %w", ErrInput, name, err)
		}
		if p.OS != "linux" {
			return nil, fmt.Errorf("%w: platform %q: the hosts of a cluster run linux, such as linux/amd64", ErrInput, name)
		}
		if !slices.Contains(architectures, p.Architecture) {
			return nil, fmt.Errorf("%w: platform %q: Linux has no architecture %q; %s", ErrInput, name, p.Architecture,
				typo.Hint(p.Architecture, architectures, "there are "))
		}
		if name = platformName(p); !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list, nil
}
