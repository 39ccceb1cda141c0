package lock

import (
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"
)

// Validate tells, all at once, whether everything has a name, every digest is
// one, every size is possible, and nothing is listed twice. The lock is sorted.
func (l *Lock) Validate() error {
	v := &validator{}
	v.pin("inputs", l.Inputs, 0)
	last := ""
	for i, d := range l.Downloads {
		v.name("download", d.Source, i > 0 && d.Source == last)
		last = d.Source
		v.pin(d.Source, d.Digest, d.Size)
		for j, m := range d.Members {
			v.name(d.Source+" member", m.Path, j > 0 && m.Path == d.Members[j-1].Path)
			v.pin(d.Source+" "+m.Path, m.Digest, m.Size)
		}
	}
	for i, m := range l.Images {
		v.image(m, i > 0 && m.Name == l.Images[i-1].Name)
	}
	if l.Base != nil {
		v.image(*l.Base, false)
	}
	return errors.Join(v.errs...)
}

// validator collects what is wrong with a lock.
type validator struct{ errs []error }

func (v *validator) fail(format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf(format, args...))
}

func (v *validator) name(what, name string, twice bool) {
	switch {
	case name == "":
		v.fail("%s: has no name", what)
	case twice:
		v.fail("%s %s: listed twice", what, name)
	}
}

func (v *validator) pin(what string, d digest.Digest, size int64) {
	if err := d.Validate(); err != nil {
		v.fail("%s: digest %q: %w", what, d, err)
	}
	if size < 0 {
		v.fail("%s: size %d is negative", what, size)
	}
}

func (v *validator) image(m Image, twice bool) {
	v.name("image", m.Name, twice)
	v.pin(m.Name, m.Digest, m.Size)
	if len(m.Platforms) == 0 {
		v.fail("image %s: is for no platform", m.Name)
	}
	for i, p := range m.Platforms {
		v.name("image "+m.Name+" platform", p.Platform, i > 0 && p.Platform == m.Platforms[i-1].Platform)
		v.pin(m.Name+" "+p.Platform, p.Digest, p.Size)
	}
}
