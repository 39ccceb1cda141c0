package cli

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/pkg/compose"
)

// version is set when a release is linked.
var version string

// Version is the version of the program: that of the release, or of the module.
func Version() string {
	if version == "" {
		if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "(devel)" {
			version = info.Main.Version
		}
	}
	return cmp.Or(version, "v0.1.0-dev")
}

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		RunE: func(*cobra.Command, []string) error {
			v := map[string]string{
				"version": Version(), "go": runtime.Version(),
				"platform": runtime.GOOS + "/" + runtime.GOARCH, "kubernetes": compose.DefaultKubeVersion,
			}
			return a.print(v, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "opc-image %s (%s, %s, Kubernetes %s)\n", v["version"], v["go"], v["platform"], v["kubernetes"])
				return err
			})
		},
	}
}
