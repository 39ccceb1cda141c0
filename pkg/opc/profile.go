package opc

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/kubefiles"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/typo"
	"github.com/opc-source/opc-image/scripts"
)

// scriptsDir is where the context of a built-in profile has the scripts.
const scriptsDir = "scripts"

// profile reads a built-in profile.
func (c *Composer) profile(name string) (*kubefile.File, *compose.Context, error) {
	if !slices.Contains(Profiles(), name) {
		return nil, nil, fmt.Errorf("there is no such profile; %s (%w)", typo.Hint(name, Profiles(), "there are "), fs.ErrNotExist)
	}
	data, err := fs.ReadFile(kubefiles.FS, name+"/"+KubefileName)
	if err != nil {
		return nil, nil, err
	}
	files, err := fs.Sub(kubefiles.FS, name)
	if err != nil {
		return nil, nil, err
	}
	file, err := kubefile.Parse("kubefiles/"+name+"/"+KubefileName, bytes.NewReader(data), kubefile.Limits{})
	return file, compose.EmbeddedContext(withScripts{files}), err
}

// withScripts is the context of a profile with the scripts for hosts in it: they
// are kept in one place, where they are tested.
type withScripts struct{ fs.FS }

// Open implements fs.FS.
func (w withScripts) Open(name string) (fs.File, error) {
	if files, within, ok := inScripts(name); ok {
		return files.Open(within)
	}
	return w.FS.Open(name)
}

// ReadDir implements fs.ReadDirFS.
func (w withScripts) ReadDir(name string) ([]fs.DirEntry, error) {
	if files, within, ok := inScripts(name); ok {
		return fs.ReadDir(files, within)
	}
	list, err := fs.ReadDir(w.FS, name)
	if err != nil || name != "." {
		return list, err
	}
	info, err := fs.Stat(scripts.FS, ".")
	if err != nil {
		return nil, err
	}
	return append(list, scriptsEntry{fs.FileInfoToDirEntry(info)}), nil
}

// Stat implements fs.StatFS.
func (w withScripts) Stat(name string) (fs.FileInfo, error) {
	if files, within, ok := inScripts(name); ok {
		return fs.Stat(files, within)
	}
	return fs.Stat(w.FS, name)
}

func inScripts(name string) (fs.FS, string, bool) {
	if name == scriptsDir {
		return scripts.FS, ".", true
	}
	within, ok := strings.CutPrefix(name, scriptsDir+"/")
	return scripts.FS, within, ok
}

// scriptsEntry is the directory of scripts in a listing.
type scriptsEntry struct{ fs.DirEntry }

// Name implements fs.DirEntry.
func (scriptsEntry) Name() string { return scriptsDir }

// Profiles are the names of the built-in profiles, sorted.
func Profiles() []string {
	var names []string
	entries, err := fs.ReadDir(kubefiles.FS, ".")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}
