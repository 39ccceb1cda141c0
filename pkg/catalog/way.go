package catalog

import (
	"fmt"
	"slices"
)

// Way is how the files of a component come into being.
type Way string

// The ways.
const (
	// Release takes the files that upstream publishes. It is the default.
	Release Way = "release"
	// Source compiles them from Go modules.
	Source Way = "source"
)

// Ways are the values of Way.
func Ways() []Way { return []Way{Release, Source} }

// In is the component as it is in one of the ways: without files and images of
// the other one. It is an error, which names the file, when it has a file that
// cannot be had in that way.
func (c *Component) In(way Way) (*Component, error) {
	if way == "" {
		way = Release
	}
	if !slices.Contains(Ways(), way) {
		return nil, fmt.Errorf("there is no way %q to build; the ways are %s and %s", way, Release, Source)
	}
	is := *c
	is.Build = nil
	var err error
	if is.Install.HostFiles, err = c.filesIn(way, c.Install.HostFiles); err != nil {
		return nil, err
	}
	if is.Install.BundleFiles, err = c.filesIn(way, c.Install.BundleFiles); err != nil {
		return nil, err
	}
	for _, b := range c.Build {
		if b.Way != "" && b.Way != way {
			continue
		}
		if b.Files, err = c.filesIn(way, b.Files); err != nil {
			return nil, fmt.Errorf("image %s: %w", b.Name, err)
		}
		is.Build = append(is.Build, b)
	}
	return &is, nil
}

func (c *Component) filesIn(way Way, files []File) ([]File, error) {
	var list []File
	for _, f := range files {
		switch {
		case f.Way != "" && f.Way != way:
			continue
		case f.Path != "" || f.Debian.Package != "":
		case way == Source && f.Go.Package != "":
			f.URL, f.SHA256, f.Member = "", "", ""
		case way == Release && f.URL != "":
			f.Go = Program{}
		case way == Source:
			return nil, fmt.Errorf("%s: %s is there as a release only (%s), with no Go package to build it from; build --from release, or leave the component out", c.file, f.Dest, f.URL)
		default:
			return nil, fmt.Errorf("%s: %s has no release to download, only the Go package %s; build --from source", c.file, f.Dest, f.Go.Package)
		}
		list = append(list, f)
	}
	return list, nil
}
