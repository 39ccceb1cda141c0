package opc

import (
	"slices"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
)

// lookedInto is the plan less the programs and other files of components, which
// name no images: they need not be downloaded to find images.
func lookedInto(plan *compose.Plan) *compose.Plan {
	left := *plan
	unused := map[string]bool{}
	for _, d := range plan.Downloads {
		unused[d.Source] = d.Go != nil || d.Debian != nil
	}
	for _, c := range plan.Components {
		for _, list := range append([][]catalog.File{c.Install.HostFiles, c.Install.BundleFiles}, buildFiles(c)...) {
			for _, f := range list {
				unused[f.URL] = true
			}
		}
	}
	for _, c := range plan.Components {
		for _, m := range c.Install.Manifests {
			unused[m.URL] = false
		}
	}
	unused[""] = false
	left.Files = slices.DeleteFunc(slices.Clone(plan.Files), func(f compose.File) bool { return unused[f.Content.Source] })
	left.Downloads = slices.DeleteFunc(slices.Clone(plan.Downloads), func(d compose.Download) bool { return unused[d.Source] })
	left.Builds = nil
	return &left
}

func buildFiles(c *catalog.Component) (lists [][]catalog.File) {
	for _, b := range c.Build {
		lists = append(lists, b.Files)
	}
	return lists
}
