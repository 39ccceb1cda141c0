package real

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Objects are what a component's operator makes, out of files of a Go module: the
// operator is a stand-in, and others need them.
type Objects struct {
	// Module is a Go module with its version, and Sum its hash.
	Module string `yaml:"module"`
	Sum    string `yaml:"sum"`
	// Files are patterns of YAML files of it.
	Files []string `yaml:"files"`
}

// Texts are the objects by component, in YAML.
func (d *Definition) Texts(ctx context.Context) (map[string]string, error) {
	texts := map[string]string{}
	for name, o := range d.Operators {
		dir, err := download(ctx, o.Module, o.Sum)
		if err != nil {
			return nil, err
		}
		var b strings.Builder
		for _, pattern := range o.Files {
			files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
			if err != nil || len(files) == 0 {
				return nil, fmt.Errorf("%s has no file %s: %w", o.Module, pattern, cmp.Or(err, fs.ErrNotExist))
			}
			for _, file := range files {
				data, err := os.ReadFile(file)
				if err != nil {
					return nil, err
				}
				b.WriteString("---\n" + string(data) + "\n")
			}
		}
		texts[name] = b.String()
	}
	return texts, nil
}
