package kubefile

import (
	"errors"
	"io/fs"
)

// contextPaths are the words that name paths of the context, and the paths.
func (s *Script) contextPaths() (paths []Word) {
	for _, step := range s.Steps {
		var sources []Word
		switch step := step.(type) {
		case Copy:
			sources = step.Sources
		case Add:
			sources = step.Sources
		case App:
			for _, source := range step.Sources {
				if source.Kind == Local {
					paths = append(paths, Word{source.Pos, source.Path})
				}
			}
		}
		for _, source := range sources {
			if !IsURL(source.Text) {
				paths = append(paths, source)
			}
		}
	}
	return paths
}

func checkContextOutside(p *Pass) {
	for _, word := range p.Script.contextPaths() {
		if _, err := cleanPattern(word.Text); errors.Is(err, ErrOutside) {
			p.Report(word.Pos, "move the files into the context, or build in a directory above", "%s leads out of the build context", word.Text)
		}
	}
}

func checkContextMissing(p *Pass) {
	for _, word := range p.Script.contextPaths() {
		_, err := p.Context.Glob(word.Text)
		switch {
		case err == nil || errors.Is(err, ErrOutside):
		case errors.Is(err, fs.ErrNotExist):
			p.Report(word.Pos, "correct the path, or the .dockerignore that excludes it", "%s matches no file of the build context", word.Text)
		default:
			p.Report(word.Pos, "", "%v", err)
		}
	}
}
