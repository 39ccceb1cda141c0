package inventory

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/opc-source/opc-image/pkg/discover"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// Files by which the author of a Kubefile decides about images that no component
// describes. They stand in the image, so that it is verified by the same words.
const (
	// ListFile names images that are needed, one a line, as sealer has it.
	ListFile = sealer.ManifestsDir + "/" + imageList
	// ExcludeFile names images that are found and never asked for, one a line,
	// each with the reason after " # ". As in path.Match, * and ? stand for
	// other names.
	ExcludeFile = sealer.ManifestsDir + "/imageExclude"
)

// verdict is what ListFile and ExcludeFile say.
type verdict struct {
	listed  map[string]bool // by full name
	exclude []discover.Exclusion
}

// readVerdict reads both files; either may be absent.
func (s *scanner) readVerdict() (verdict, error) {
	v := verdict{listed: map[string]bool{}}
	err := s.lines(ListFile, func(_ int, name, _ string) error {
		ref, err := reference.Parse(name)
		if err == nil {
			v.listed[ref.String()] = true
		}
		return err
	})
	if err != nil {
		return v, err
	}
	err = s.lines(ExcludeFile, func(_ int, name, reason string) error {
		v.exclude = append(v.exclude, discover.Exclusion{Image: name, Reason: reason})
		return nil
	})
	return v, err
}

// lines calls fn with each line of a file that is neither blank nor a comment,
// and with the comment that ends it. A file that is absent has none.
func (s *scanner) lines(name string, fn func(n int, text, comment string) error) error {
	data, err := s.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		text, comment, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if err := fn(n, text, strings.TrimSpace(comment)); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// decide decides about files that no component describes: what is certain,
// declared or listed goes in, what is excluded stays out, and what is suspected
// is reported.
func (v verdict) decide(app string, r *discover.Report) *discover.Decision {
	c := discover.Component{Name: app, Exclude: v.exclude}
	seen := map[string]bool{}
	for _, image := range discover.Decide(c, r).Excluded {
		seen[image.Image.String()] = !v.listed[image.Image.String()]
	}
	for _, f := range r.Findings {
		name := f.Image.String()
		if !seen[name] && (f.Confidence != discover.Suspected || v.listed[name]) {
			seen[name] = true
			c.Declared = append(c.Declared, discover.DeclaredImage{Image: name})
		}
	}
	d := discover.Decide(c, r)
	for i := range d.Problems {
		d.Problems[i].Advice = advice(d.Problems[i])
	}
	return d
}

// advice says what to do where there is no component to change.
func advice(p discover.Problem) string {
	exclude := path.Base(ExcludeFile)
	switch p.Kind {
	case discover.Undecided:
		return "looks like an image, and no rule says that it is one: name it in " + ListFile + ", or in " + ExcludeFile + " with a reason"
	case discover.Unreadable:
		return strings.Replace(p.Advice, "or exclude it", "or name it in "+ExcludeFile, 1)
	case discover.Invalid:
		return strings.Replace(p.Advice, "is both declared and excluded", "is both in "+ListFile+" and in "+exclude, 1)
	}
	return p.Advice
}

// dropStale takes out the reports of exclusions that match nothing in one part
// and something in another.
func dropStale(parts []part, decisions []*discover.Decision) {
	plain, stale := 0, map[string]int{}
	for i, d := range decisions {
		if parts[i].component != nil {
			continue
		}
		plain++
		for _, p := range d.Problems {
			if p.Kind == discover.Stale {
				stale[p.Image]++
			}
		}
	}
	shown := map[string]bool{}
	for i, d := range decisions {
		if parts[i].component != nil {
			continue
		}
		kept := d.Problems[:0]
		for _, p := range d.Problems {
			once := p.Kind == discover.Stale || p.Kind == discover.Invalid && len(p.Evidence) == 0
			if p.Kind == discover.Stale && stale[p.Image] < plain || once && shown[string(p.Kind)+p.Image] {
				continue
			}
			shown[string(p.Kind)+p.Image] = shown[string(p.Kind)+p.Image] || once
			kept = append(kept, p)
		}
		d.Problems = kept
	}
}
