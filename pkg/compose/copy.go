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
		files, err := b.sources(source.Text, s.Dest.Path, b.into(s), false)
		if err != nil {
			return err
		}
		b.warnOfName(files, s)
		b.putFiles(files, s)
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
			files, err = b.addURL(source.Text, s.Checksum, s.Dest.Path, b.into(s.Copy))
		} else {
			files, err = b.sources(source.Text, s.Dest.Path, b.into(s.Copy), true)
		}
		if err != nil {
			return err
		}
		b.putFiles(files, s.Copy)
	}
	return nil
}

// sources are the files of one source of the context, which may have wildcards.
func (b *builder) sources(source, dest string, into, unpack bool) ([]File, error) {
	if b.context == nil {
		return nil, errNoContext
	}
	names, err := b.context.Glob(source)
	if err != nil {
		return nil, err
	}
	var all []File
	for _, name := range names {
		var files []File
		ok := false
		if unpack {
			files, ok, err = b.context.unpackTo(name, dest)
		}
		if err == nil && !ok {
			files, err = b.context.copyTo(name, dest, into || len(names) > 1)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
	}
	return all, nil
}

// addURL downloads a file; as in docker it is nobody's but its owner's to read.
func (b *builder) addURL(address string, checksum digest.Digest, dest string, into bool) ([]File, error) {
	if into {
		base, err := urlBase(address)
		if err != nil {
			return nil, err
		}
		dest = path.Join(dest, base)
	}
	d := Download{Source: address, For: "the Kubefile"}
	if checksum != "" {
		d.SHA256 = checksum.Encoded()
	}
	return []File{{Name: dest, Mode: 0o600, Content: Content{Source: b.download(d)}}}, nil
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

// putFiles adds files with the owner and mode that the instruction gives.
func (b *builder) putFiles(files []File, s kubefile.Copy) {
	for _, f := range files {
		f.UID, f.GID = s.Owner.UID, s.Owner.GID
		if s.Mode != nil && f.Mode.Type() != fs.ModeSymlink {
			f.Mode = f.Mode.Type() | *s.Mode
		}
		f.Phase = b.phase()
		b.plan.Files = append(b.plan.Files, f)
	}
}
