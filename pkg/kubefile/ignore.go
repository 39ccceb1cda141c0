package kubefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// maxIgnoreFile bounds an ignore file, in bytes.
const maxIgnoreFile = 1 << 20

// Ignore says which files of a directory do not belong to the build context, by
// the rules of a .dockerignore file: see
// https://docs.docker.com/build/concepts/context/#dockerignore-files.
// A nil Ignore excludes nothing.
type Ignore struct {
	mu      sync.Mutex // the matcher compiles its patterns when they are first used
	matcher *patternmatcher.PatternMatcher
}

// ParseIgnore reads an ignore file of at most 1 MiB. name is for errors.
func ParseIgnore(name string, r io.Reader) (*Ignore, error) {
	limited := &io.LimitedReader{R: r, N: maxIgnoreFile + 1}
	patterns, err := ignorefile.ReadAll(limited)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if limited.N <= 0 {
		return nil, fmt.Errorf("%s: the file exceeds the bound of %d bytes", name, maxIgnoreFile)
	}
	for _, pattern := range patterns {
		if err := checkPattern(pattern); err != nil {
			return nil, fmt.Errorf("%s: the pattern %q cannot be read: %w", name, pattern, err)
		}
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &Ignore{matcher: matcher}, nil
}

// checkPattern matches a pattern alone, and without the "!" for which it would
// be passed over: patterns are compiled only when they are used.
func checkPattern(pattern string) error {
	if _, err := patternmatcher.New([]string{pattern}); err != nil {
		return err
	}
	matcher, err := patternmatcher.New([]string{strings.TrimPrefix(pattern, "!")})
	if err == nil {
		_, err = matcher.MatchesOrParentMatches("x")
	}
	return err
}

// ReadIgnore reads the ignore file of a build context: KUBEFILE.dockerignore,
// or else .containerignore, or else .dockerignore. kubefile is the name of the
// Kubefile. Without any of them the result is nil.
func ReadIgnore(fsys fs.FS, kubefile string) (*Ignore, error) {
	for _, name := range []string{path.Base(kubefile) + ".dockerignore", ".containerignore", ".dockerignore"} {
		file, err := fsys.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return ParseIgnore(name, file)
	}
	return nil, nil
}

// Excludes tells whether a path is excluded, by itself or with a directory above
// it. The path is slash-separated and relative to the context.
func (ig *Ignore) Excludes(name string) (bool, error) {
	if ig == nil || name == "." {
		return false, nil
	}
	ig.mu.Lock()
	defer ig.mu.Unlock()
	excluded := false
	var parents patternmatcher.MatchInfo
	for end := 0; end < len(name); end++ {
		next := strings.IndexByte(name[end:], '/')
		if next < 0 {
			next = len(name) - end
		}
		end += next
		var err error
		if excluded, parents, err = ig.matcher.MatchesUsingParentResults(name[:end], parents); err != nil {
			return false, fmt.Errorf("match %s: %w", name, err)
		}
	}
	return excluded, nil
}

// reincludes tells whether files below an excluded directory can be included.
func (ig *Ignore) reincludes() bool { return ig != nil && ig.matcher.Exclusions() }
