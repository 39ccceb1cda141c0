package kubefile

import (
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/opc-source/opc-image/pkg/sealer"
)

// appType tells the type of an app by its local and downloaded files; see
// [sealer.Detect]. Sources of other kinds have their own ways to launch: an
// app with one of them is a HelmApp here.
func appType(c *Context, sources []Source) (sealer.AppType, error) {
	var perSource [][]string
	for _, s := range sources {
		switch s.Kind {
		case Download:
			u, err := url.Parse(s.URL)
			if err != nil {
				return "", err
			}
			perSource = append(perSource, []string{path.Base(u.Path)})
		case Local:
			names, err := c.Glob(s.Path)
			if err != nil {
				return "", err
			}
			for _, name := range names {
				files, err := c.files(name)
				if err != nil {
					return "", err
				}
				perSource = append(perSource, files)
			}
		default:
			return sealer.HelmApp, nil
		}
	}
	return sealer.Detect("", perSource...).Type, nil
}

// files lists the files at or below a path, as a copy of it names them.
func (c *Context) files(root string) ([]string, error) {
	var list []string
	err := c.Walk(root, func(name string, entry fs.DirEntry) error {
		if name == root && !entry.IsDir() {
			list = append(list, path.Base(name))
		} else if !entry.IsDir() {
			list = append(list, strings.TrimPrefix(name, root+"/"))
		}
		return nil
	})
	return list, err
}
