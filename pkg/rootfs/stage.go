package rootfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/store"
)

// inline is the size, in bytes, up to which a local file stands in the recipe
// of its layer instead of being a blob of its own.
const inline = 16 << 10

// copyBuffer is the size of the buffer content is copied with, in bytes.
const copyBuffer = 1 << 18

// Writer takes in the content that Stage adds to a store.
type Writer interface {
	store.Reader
	PutFile(ctx context.Context, path string) (digest.Digest, int64, error)
	Writer(ctx context.Context) (*store.Writer, error)
}

// Stage makes sure that everything the plan takes from this machine or out of
// an archive is in the store. The plan was measured. The lock pins the downloads;
// pins of archive members that it lacks are added to it. An archive is read once,
// and only when one of its members is lacking.
func Stage(ctx context.Context, p *compose.Plan, l *lock.Lock, s Writer) error {
	archives := map[string]*archive{}
	for _, f := range p.AllFiles() {
		var err error
		switch c := &f.Content; {
		case c.Member != "":
			err = want(archives, c, l, s)
		case c.Local != "" && c.Size > inline:
			err = stageLocal(ctx, c, s)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(archives)) {
		if err := archives[name].stage(ctx, l, s); err != nil {
			return err
		}
	}
	return nil
}

func stageLocal(ctx context.Context, c *compose.Content, s Writer) error {
	if present(s, c.Digest, c.Size) {
		return nil
	}
	got, size, err := s.PutFile(ctx, c.Local)
	if err == nil && (got != c.Digest || size != c.Size) {
		err = changed(c.Local)
	}
	return err
}

func present(s store.Reader, dgst digest.Digest, size int64) bool {
	have, err := s.Stat(dgst)
	return err == nil && have == size
}

func changed(name string) error {
	return fmt.Errorf("%s changed while it was read; run the build again", name)
}

// archive is one archive of which members are lacking.
type archive struct {
	name    string        // file on this machine, or source of a download
	local   bool          // which of the two
	blob    digest.Digest // of a download
	members map[string]digest.Digest
}

// want notes that a member is needed, unless the store has it.
func want(archives map[string]*archive, c *compose.Content, l *lock.Lock, s Writer) error {
	a := archive{name: c.Local, local: true}
	dgst, size := c.Digest, c.Size
	if c.Source != "" {
		pin, ok := l.Download(c.Source)
		if !ok {
			return noPin(c.Source)
		}
		m, _ := pin.Member(c.Member) // or no digest yet
		a = archive{name: c.Source, blob: pin.Digest}
		dgst, size = m.Digest, m.Size
	}
	if dgst != "" && present(s, dgst, size) {
		return nil
	}
	if archives[a.name] == nil {
		a.members = map[string]digest.Digest{}
		archives[a.name] = &a
	}
	archives[a.name].members[c.Member] = dgst
	return nil
}

func noPin(source string) error {
	return fmt.Errorf("the lock has no pin for %s; write a new lock", source)
}

// archiveContent is an open archive.
type archiveContent interface {
	io.ReaderAt
	io.Closer
}

func (a *archive) open(s store.Reader) (archiveContent, int64, error) {
	if !a.local {
		blob, err := s.Open(a.blob)
		if err != nil {
			return nil, 0, err
		}
		return blob, blob.Size(), nil
	}
	f, err := os.Open(a.name)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}
