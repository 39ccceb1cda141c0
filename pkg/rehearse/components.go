package rehearse

import (
	"maps"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// FromComponents lists everything that components take from upstream. Images
// that a component's objects name are rendered by its first chart or manifest
// that is not our own: a component does not say which of several it is.
func FromComponents(components []*catalog.Component) Inventory {
	var inv Inventory
	files := &fileSet{at: map[string]int{}}
	for _, c := range components {
		inv.addImages(c)
		rendered, arguments := named(c)
		for _, chart := range c.Install.Charts {
			if chart.Repository == "" {
				continue
			}
			inv.Charts = append(inv.Charts, Chart{
				Repo: strings.TrimSuffix(chart.Repository, "/"), Name: chart.Chart, Version: chart.Version,
				Images: rendered, Arguments: arguments,
			})
			rendered, arguments = nil, nil
		}
		for _, m := range c.Install.Manifests {
			if m.URL == "" {
				continue
			}
			files.add(File{URL: m.URL, Images: rendered, Arguments: arguments, Edits: slices.Concat(m.Edits, m.DualEdits)})
			rendered, arguments = nil, nil
		}
		files.addAll(c.Install.HostFiles)
		files.addAll(c.Install.BundleFiles)
		for _, build := range c.Build {
			files.addAll(build.Files)
		}
	}
	inv.Files = files.files
	return inv
}

// addImages adds the images that upstream publishes for a component: not those
// that we assemble, but the bases of these.
func (inv *Inventory) addImages(c *catalog.Component) {
	assembled := map[string]bool{}
	for _, build := range c.Build {
		assembled[build.Name] = true
		if build.From == "" {
			continue
		}
		inv.Images = append(inv.Images, Image{
			Name: build.From, Size: int64(build.FromSize), Platforms: build.Platforms,
		})
	}
	for _, img := range c.Images {
		if assembled[img.Name] {
			continue
		}
		inv.Images = append(inv.Images, Image{Name: img.Name, Size: int64(img.Size), Platforms: img.Platforms})
		for _, platform := range slices.Sorted(maps.Keys(img.PublishedAs)) {
			inv.Images = append(inv.Images, Image{
				Name: img.PublishedAs[platform], Size: int64(img.Size), Platforms: []string{platform},
			})
		}
	}
}

// named are the images that a component's objects name: in containers, and in
// what operators are given. Those that are needed for another reason are in
// neither. What a component excludes is named too, since an exclusion of
// something that is not there is a mistake; in a pattern "x" stands for the rest.
func named(c *catalog.Component) (rendered, arguments []string) {
	for _, img := range c.Images {
		switch img.Found {
		case catalog.FoundRendered:
			rendered = append(rendered, img.Name)
		case catalog.FoundOperator:
			arguments = append(arguments, img.Name)
		}
	}
	for _, e := range c.Exclude {
		rendered = append(rendered, strings.NewReplacer("*", "x", "?", "x").Replace(e.Name))
	}
	return rendered, arguments
}

// fileSet collects files; what is wanted of one URL comes together.
type fileSet struct {
	files []File
	at    map[string]int
}

// add adds a file, or what it wants to the file of the same URL.
func (s *fileSet) add(f File) {
	i, ok := s.at[f.URL]
	if !ok {
		s.at[f.URL] = len(s.files)
		s.files = append(s.files, f)
		return
	}
	s.files[i].Members = append(s.files[i].Members, f.Members...)
	s.files[i].Images = append(s.files[i].Images, f.Images...)
	s.files[i].Arguments = append(s.files[i].Arguments, f.Arguments...)
	s.files[i].Edits = append(s.files[i].Edits, f.Edits...)
}

// addAll adds those of a component's files that are downloaded.
func (s *fileSet) addAll(files []catalog.File) {
	for _, f := range files {
		if f.URL == "" {
			continue
		}
		want := File{URL: f.URL, Size: int64(f.Size)}
		if f.Member != "" {
			want.Members = []string{f.Member}
		}
		s.add(want)
	}
}
