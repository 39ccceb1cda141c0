package kubefile

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// ErrOutside means that a path leads out of the build context.
var ErrOutside = errors.New("the path leads out of the build context")

// Context is a build context: a directory without what its ignore file
// excludes. Paths are slash-separated and relative to it.
type Context struct {
	fsys   fs.FS
	ignore *Ignore
}

// NewContext makes a context of a directory, best opened as an os.Root: then no
// symbolic link leads out of it. ignore may be nil.
func NewContext(fsys fs.FS, ignore *Ignore) *Context {
	return &Context{fsys, ignore}
}

// FS is the directory itself, with the excluded files.
func (c *Context) FS() fs.FS { return c.fsys }

// cleanPattern makes a source of COPY relative to the context.
func cleanPattern(pattern string) (string, error) {
	clean := path.Clean("./" + strings.TrimLeft(pattern, "/"))
	if clean == ".." || strings.HasPrefix(clean, "../") {
		return "", fmt.Errorf("%s: %w", pattern, ErrOutside)
	}
	return clean, nil
}

// Glob returns the files and directories that a source of COPY, ADD or local://
// means, sorted: the path itself, or what its wildcards match by the rules of
// path.Match. Excluded ones are left out. No match is an error that wraps
// fs.ErrNotExist, a path outside of the context one that wraps ErrOutside.
func (c *Context) Glob(pattern string) ([]string, error) {
	clean, err := cleanPattern(pattern)
	if err != nil {
		return nil, err
	}
	found := []string{clean}
	if strings.ContainsAny(clean, `*?[\`) {
		if found, err = fs.Glob(c.fsys, clean); err != nil {
			return nil, fmt.Errorf("the wildcards of %s cannot be read: %w", pattern, err)
		}
	}
	var names []string
	for _, name := range found {
		included, err := c.includes(name)
		if err != nil {
			return nil, err
		}
		if included {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: %w in the build context", pattern, fs.ErrNotExist)
	}
	slices.Sort(names)
	return names, nil
}

// includes tells whether a path exists and belongs to the context: it is not
// excluded, or something below it is included.
func (c *Context) includes(name string) (bool, error) {
	info, err := fs.Stat(c.fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	excluded, err := c.ignore.Excludes(name)
	if err != nil || !excluded || !info.IsDir() {
		return !excluded, err
	}
	found := false
	err = c.Walk(name, func(string, fs.DirEntry) error {
		found = true
		return fs.SkipAll
	})
	return found, err
}

// Walk calls fn for everything of the context at and below a path, in lexical
// order, a directory before what is in it. Symbolic links are not followed. An
// excluded directory is visited if something below it is included. fn may
// return fs.SkipAll to end the walk.
func (c *Context) Walk(root string, fn func(name string, entry fs.DirEntry) error) error {
	var pending []visit // excluded directories whose content is being looked at
	err := fs.WalkDir(c.fsys, root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		excluded, err := c.ignore.Excludes(name)
		if err != nil {
			return err
		}
		pending = slices.DeleteFunc(pending, func(v visit) bool { return !strings.HasPrefix(name, v.name+"/") })
		switch {
		case excluded && !entry.IsDir():
			return nil
		case excluded && !c.ignore.reincludes():
			return fs.SkipDir
		case excluded:
			pending = append(pending, visit{name, entry})
			return nil
		}
		for _, v := range pending {
			if err := fn(v.name, v.entry); err != nil {
				return err
			}
		}
		pending = nil
		return fn(name, entry)
	})
	return err
}

// visit is a directory not yet reported.
type visit struct {
	name  string
	entry fs.DirEntry
}
