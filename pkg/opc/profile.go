package opc

import (
	"bytes"
	"io/fs"
	"strings"

	"github.com/opc-source/opc-image/kubefiles"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/kubefile"
)

// profile reads a built-in profile.
func (c *Client) profile(name string) (*kubefile.File, *compose.Context, error) {
	if !fs.ValidPath(name) || strings.Contains(name, "/") {
		return nil, nil, fs.ErrNotExist
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
	return file, compose.EmbeddedContext(files), err
}

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
