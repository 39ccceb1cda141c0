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
)

// Item is one file of a root file system with its content at hand.
type Item struct {
	layer.Entry
	Owner string // component, or empty
	Phase int    // RUN instructions before it
}

// Bind gives the files for one platform, in their order, with content that the
// store has or that is at hand. Downloads and members of archives are those the
// lock pins. [Stage] has run before.
func Bind(ctx context.Context, files []compose.File, l *lock.Lock, s store.Reader, platform string) ([]Item, error) {
	var items []Item
	for i := range files {
		f := &files[i]
		if f.Platform != "" && f.Platform != platform {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
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
	case c.Local != "" && (c.Size > inline || c.Member != ""):
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
		return noPin(c.Source)
	}
	switch {
	case c.Member != "":
		m, ok := pin.Member(c.Member)
		if !ok {
			return noPin("member " + c.Member + " of " + c.Source)
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

// readLocal reads a small file, which is still what was measured.
func readLocal(c *compose.Content) ([]byte, error) {
	r, err := c.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, inline+1))
	if err == nil && digest.FromBytes(data) != c.Digest {
		err = changed(c.Local)
	}
	return data, err
}
