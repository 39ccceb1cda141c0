// Package rootfs gives the root file system of a cluster image a body: it joins
// the files of a plan with their content in the store, and reads the files of a
// finished image, both as an fs.FS. What looks into a root file system, to find
// images or to verify, sees no difference between the two.
package rootfs

import (
	"context"
	"fmt"
	"io"
	"io/fs"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/store"
	"github.com/opc-source/opc-image/pkg/unpack"
)

// inline is the size, in bytes, up to which a local file stands in the recipe
// of its layer instead of being a blob of its own.
const inline = 16 << 10

// Item is one file of a root file system with its content at hand.
type Item struct {
	layer.Entry
	Owner string // component, or empty
	Phase int    // RUN instructions before it
}

// Writer takes in the content that Stage adds to a store.
type Writer interface {
	store.Reader
	PutFile(ctx context.Context, path string) (digest.Digest, int64, error)
	Writer(ctx context.Context) (*store.Writer, error)
}

// Stage makes sure that everything the plan takes from this machine or out of
// an archive is in the store. The lock pins the downloads; pins of archive
// members that it lacks are added to it.
func Stage(ctx context.Context, p *compose.Plan, l *lock.Lock, s Writer) error {
	for _, f := range p.AllFiles() {
		var err error
		switch c := &f.Content; {
		case c.Local != "" && c.Size > inline:
			err = stageLocal(ctx, c, s)
		case c.Source != "" && c.Member != "":
			err = stageMember(ctx, c, l, s)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

func stageLocal(ctx context.Context, c *compose.Content, s Writer) error {
	if size, err := s.Stat(c.Digest); err == nil && size == c.Size {
		return nil
	}
	got, size := c.Digest, c.Size
	var err error
	if c.Member == "" {
		got, size, err = s.PutFile(ctx, c.Local)
	} else {
		var r io.ReadCloser
		if r, err = c.Open(); err == nil {
			got, size, err = put(ctx, s, r)
		}
	}
	if err == nil && (got != c.Digest || size != c.Size) {
		err = fmt.Errorf("%s changed while it was read; run the build again", c.Local)
	}
	return err
}

func stageMember(ctx context.Context, c *compose.Content, l *lock.Lock, s Writer) error {
	pin, ok := l.Download(c.Source)
	if !ok {
		return fmt.Errorf("the lock has no pin for %s", c.Source)
	}
	want, pinned := pin.Member(c.Member)
	if pinned {
		if size, err := s.Stat(want.Digest); err == nil && size == want.Size {
			return nil
		}
	}
	archive, err := s.Open(pin.Digest)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Source, err)
	}
	defer archive.Close()
	r, err := unpack.Open(archive, archive.Size(), c.Member)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Source, err)
	}
	got, size, err := put(ctx, s, r)
	if err != nil {
		return fmt.Errorf("%s, member %s: %w", c.Source, c.Member, err)
	}
	if pinned && got != want.Digest {
		return fmt.Errorf("%s, member %s: has digest %s, the lock says %s; write a new lock", c.Source, c.Member, got, want.Digest)
	}
	if !pinned {
		l.AddMember(c.Source, lock.Member{Path: c.Member, Digest: got, Size: size})
	}
	return nil
}

func put(ctx context.Context, s Writer, r io.ReadCloser) (digest.Digest, int64, error) {
	defer r.Close()
	w, err := s.Writer(ctx)
	if err != nil {
		return "", 0, err
	}
	defer w.Close()
	if _, err := io.CopyBuffer(w, r, make([]byte, 1<<18)); err != nil {
		return "", 0, err
	}
	return w.Commit()
}

// Bind gives the files for one platform, in their order, with content that the
// store has. Downloads are those the lock pins.
func Bind(ctx context.Context, files []compose.File, l *lock.Lock, s store.Reader, platform string) ([]Item, error) {
	var items []Item
	for i := range files {
		f := &files[i]
		if f.Platform != "" && f.Platform != platform {
			continue
		}
		entry, err := bind(ctx, f, l, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		items = append(items, Item{Entry: entry, Owner: f.Owner, Phase: f.Phase})
	}
	return items, nil
}

func bind(ctx context.Context, f *compose.File, l *lock.Lock, s store.Reader) (layer.Entry, error) {
	e := layer.Entry{
		Name: f.Name, UID: f.UID, GID: f.GID, Link: f.Link,
		Mode: f.Mode & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky),
	}
	switch f.Mode.Type() {
	case fs.ModeDir:
		e.Kind = layer.Dir
		return e, nil
	case fs.ModeSymlink:
		e.Kind = layer.Symlink
		return e, nil
	case 0:
	default:
		return e, fmt.Errorf("is a %v, which an image cannot hold", f.Mode.Type())
	}
	var err error
	switch c := &f.Content; {
	case c.Source != "":
		err = bindDownload(ctx, c, l, s, &e)
	case c.Local != "" && c.Size > inline:
		e.Blob, e.Size = c.Digest, c.Size
	case c.Local != "":
		e.Data, err = readLocal(c)
	default:
		e.Data = c.Data
	}
	return e, err
}

func bindDownload(ctx context.Context, c *compose.Content, l *lock.Lock, s store.Reader, e *layer.Entry) error {
	pin, ok := l.Download(c.Source)
	if !ok {
		return fmt.Errorf("the lock has no pin for %s", c.Source)
	}
	switch {
	case c.Member != "":
		m, ok := pin.Member(c.Member)
		if !ok {
			return fmt.Errorf("the lock has no pin for member %s of %s", c.Member, c.Source)
		}
		e.Blob, e.Size = m.Digest, m.Size
	case len(c.Edits) > 0:
		text, err := s.ReadAll(ctx, ocispec.Descriptor{Digest: pin.Digest, Size: pin.Size})
		if err != nil {
			return fmt.Errorf("%s: %w", c.Source, err)
		}
		edited, err := catalog.Manifest{URL: c.Source, Edits: c.Edits}.Edit(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", c.Source, err)
		}
		e.Data = []byte(edited)
	default:
		e.Blob, e.Size = pin.Digest, pin.Size
	}
	return nil
}

func readLocal(c *compose.Content) ([]byte, error) {
	r, err := c.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, inline+1))
	if err == nil && digest.FromBytes(data) != c.Digest {
		err = fmt.Errorf("%s changed while it was read; run the build again", c.Local)
	}
	return data, err
}
