package real

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// check finds what of an image is not said, or not understood.
func (i Image) check() error {
	module, version, _ := strings.Cut(i.Module, "@")
	switch {
	case i.Own && i.Module == "" && len(i.Debian) == 0:
	case i.Own || (i.Module == "") == (len(i.Debian) == 0):
		return fmt.Errorf("it needs a module, or packages of debian, or own")
	case i.Module != "" && (module == "" || version == "" || i.Sum == "" || len(i.Programs) == 0):
		return fmt.Errorf("a module is written PATH@VERSION, and needs sum and programs")
	case len(i.entrypoint()) == 0:
		return fmt.Errorf("it has more than one program; say which is its entrypoint")
	}
	places := slices.Clone(i.Dirs)
	for _, more := range []map[string]string{i.Programs, i.Members, i.Links} {
		places = slices.AppendSeq(places, maps.Keys(more))
	}
	for _, place := range places {
		if !path.IsAbs(place) || path.Clean(place) != place {
			return fmt.Errorf("%s is not a place in an image, such as /bin/x", place)
		}
	}
	return nil
}

// entrypoint is Entrypoint with its default.
func (i Image) entrypoint() []string {
	if len(i.Entrypoint) == 0 && len(i.Programs) == 1 {
		return slices.Collect(maps.Keys(i.Programs))
	}
	return i.Entrypoint
}

// packages are the import paths of the programs, by their place.
func (i Image) packages() map[string]string {
	module, _, _ := strings.Cut(i.Module, "@")
	found := map[string]string{}
	for place, name := range i.Programs {
		found[place] = path.Join(module, name)
	}
	return found
}
