package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/kubefile"
)

// copy adds the files of a COPY.
func (b *builder) copy(s kubefile.Copy) error {
	for _, source := range s.Sources {
		files, err := b.sources(source.Text, s, false)
		if err != nil {
			return err
		}
		b.warnOfName(files, s)
		b.putFiles(files)
	}
	return nil
}

// add adds the files of an ADD: as COPY does, but archives are unpacked and
// URLs downloaded.
func (b *builder) add(s kubefile.Add) error {
	if s.Checksum != "" && s.Checksum.Algorithm() != digest.SHA256 {
		return fmt.Errorf("the checksum %s is not sha256", s.Checksum)
	}
	for _, source := range s.Sources {
		var files []File
		var err error
		if kubefile.IsURL(source.Text) {
			files, err = b.addURL(source.Text, s)
		} else {
			files, err = b.sources(source.Text, s.Copy, true)
		}
		if err != nil {
			return err
		}
		b.putFiles(files)
	}
	return nil
}

// sources are the files of one source of the context, which may have wildcards.
func (b *builder) sources(source string, s kubefile.Copy, unpack bool) ([]File, error) {
	if b.context == nil {
		return nil, errNoContext
	}
	names, err := b.context.Glob(source)
	if err != nil {
		return nil, err
	}
	into := b.into(s)
	var all []File
	for _, name := range names {
		var files []File
		unpacked := false
		if unpack {
			files, unpacked, err = b.context.unpackTo(name, s.Dest.Path)
		}
		if err == nil && !unpacked {
			files, err = b.context.copyTo(name, s.Dest.Path, into || len(names) > 1)
		}
		if err != nil {
			return nil, err
		}
		own(files, s)
		if !unpacked {
			setMode(files, s)
		} else if s.Mode != nil {
			b.warn("%s: ADD: --chmod is not for what is unpacked: the files of %s have the modes that it says, as in docker and sealer", s.At(), name)
		}
		all = append(all, files...)
	}
	return all, nil
}

// addURL downloads a file; as in docker it is nobody's but its owner's to read.
func (b *builder) addURL(address string, s kubefile.Add) ([]File, error) {
	dest := s.Dest.Path
	if b.into(s.Copy) {
		base, err := urlBase(address)
		if err != nil {
			return nil, err
		}
		dest = path.Join(dest, base)
	}
	d := Download{Source: address, For: "the Kubefile"}
	if s.Checksum != "" {
		d.SHA256 = s.Checksum.Encoded()
	}
	files := []File{{Name: dest, Mode: 0o600, Content: Content{Source: b.download(d)}}}
	own(files, s.Copy)
	setMode(files, s.Copy)
	return files, nil
}

// urlBase is the file name in a URL.
func urlBase(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	base := path.Base(u.Path)
	if !fs.ValidPath(base) || base == "." || strings.HasSuffix(u.Path, "/") {
		return "", errors.New(address + " ends in no file name; write one as the destination")
	}
	return base, nil
}

// own gives files the owner of the instruction, if it names one.
func own(files []File, s kubefile.Copy) {
	if s.Owner == nil {
		return
	}
	for i := range files {
		files[i].UID, files[i].GID = s.Owner.UID, s.Owner.GID
	}
}

// setMode gives files the mode of the instruction, if it says one.
func setMode(files []File, s kubefile.Copy) {
	if s.Mode == nil {
		return
	}
	for i := range files {
		if f := &files[i]; f.Mode.Type() != fs.ModeSymlink {
			f.Mode = f.Mode.Type() | *s.Mode
		}
	}
}

// putFiles adds files to the plan.
func (b *builder) putFiles(files []File) {
	for _, f := range files {
		f.Phase = b.phase()
		b.plan.Files = append(b.plan.Files, f)
	}
}
