package catalog

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

var (
	// stamped is a variable as the linker's -X names it; values stand in one word
	// of its command line.
	stamped    = regexp.MustCompile(`^[A-Za-z0-9_./~-]+\.[A-Za-z_][A-Za-z0-9_]*$`)
	stampValue = regexp.MustCompile(`^[A-Za-z0-9_.:+/-]+$`)
	importPath = regexp.MustCompile(`^(\./)?[A-Za-z0-9_][A-Za-z0-9_./~-]*$`)
	debPackage = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+$`)
	debVersion = regexp.MustCompile(`^[0-9][A-Za-z0-9.+:~-]*$`)
)

func (k *checker) modules() {
	var names []string
	for i, m := range k.c.Modules {
		at := fmt.Sprintf("modules[%d]", i)
		k.label(at+".name", m.Name)
		if m.Name == OwnModule {
			k.fail(at+".name", "%s is our own module; give this one another name", m.Name)
		}
		if m.Path == "" {
			k.fail(at+".path", "module %s has no path", m.Name)
		}
		k.own(at+".path", m.Path, "source.mod")
		k.own(at+".path", m.Path, "source.sum")
		for name, value := range m.Stamp {
			if !stamped.MatchString(name) || !stampValue.MatchString(value) {
				k.fail(at+".stamp."+name, "stamp %s: %q must set a variable import/path.name to one word", name, value)
			}
		}
		for j, l := range m.Libraries {
			at := fmt.Sprintf("%s.libraries[%d]", at, j)
			k.checksum(at+".sha256", l.SHA256)
			k.platforms(at+".platform", []string{l.Platform})
			k.debian(at+".debian", l.Debian)
		}
		if len(m.Libraries) > 0 && !m.Cgo {
			k.fail(at+".libraries", "libraries are for programs with C in them; set cgo")
		}
		names = append(names, m.Name)
	}
	k.unique("modules", names)
	for name, value := range k.c.Env {
		if !word.MatchString(name) || strings.ContainsAny(value, "\n\r") {
			k.fail("env."+name, "env %s: %q must be a name and one line", name, value)
		}
	}
}

// origin checks where a file is from.
func (k *checker) origin(at string, f File) {
	var from []string
	for name, given := range map[string]bool{"url": f.URL != "", "path": f.Path != "", "debian": f.Debian.Package != "", "go": f.Go.Package != "" && f.URL == ""} {
		if given {
			from = append(from, name)
		}
	}
	if len(from) != 1 {
		k.fail(at, "give either url or path; a program may have go beside url or instead of it, and a file of a Debian package has debian")
		return
	}
	if f.Go.Package != "" {
		k.program(at+".go", f.Go)
	}
	if f.Debian.Package == "" {
		return
	}
	k.debian(at+".debian", f.Debian)
	if f.Platform == "" || f.SHA256 == "" || f.Member == "" {
		k.fail(at+".debian", "a file of a Debian package needs member, platform and sha256, of the package")
	}
}

func (k *checker) debian(at string, d Debian) {
	if !debPackage.MatchString(d.Package) || !debVersion.MatchString(d.Version) {
		k.fail(at, "%q, %q are no name and version of a Debian package", d.Package, d.Version)
	}
}

func (k *checker) program(at string, p Program) {
	if k.c.module(p) == nil {
		k.fail(at+".module", "there is no module %q under modules", p.Module)
	}
	if !importPath.MatchString(p.Package) || !fs.ValidPath(strings.TrimPrefix(p.Package, "./")) {
		k.fail(at+".package", "%q is not the import path of a package", p.Package)
	}
}

func (k *checker) way(at string, way Way) {
	if way != "" && !slices.Contains(Ways(), way) {
		k.fail(at+".way", "way is %q; it must be %s or %s", way, Release, Source)
	}
}
