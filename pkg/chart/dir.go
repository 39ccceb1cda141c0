package chart

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"helm.sh/helm/v4/pkg/ignore"
)

// readDir reads the regular files of a chart directory that .helmignore keeps.
func readDir(fsys fs.FS, b *budget) ([]file, error) {
	rules, err := ignoreRules(fsys)
	if err != nil {
		return nil, err
	}
	var files []file
	err = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name == "." {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if rules.Ignore(name, info) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !info.Mode().IsRegular() {
			return nil
		}
		data, err := readFile(fsys, name, b)
		if err != nil {
			return err
		}
		files = append(files, file{name, data})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return unpackNested(files, "", 0, b)
}

func readFile(fsys fs.FS, name string, b *budget) (data []byte, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return b.read(name, f)
}

func ignoreRules(fsys fs.FS) (*ignore.Rules, error) {
	text, err := fs.ReadFile(fsys, ".helmignore")
	if errors.Is(err, fs.ErrNotExist) {
		text, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	rules, err := ignore.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf(".helmignore: %w", err)
	}
	rules.AddDefaults()
	return rules, nil
}
