package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"github.com/opc-source/opc-image/pkg/progress"
)

// blobFile is a file among the blobs.
type blobFile struct {
	dgst    digest.Digest
	path    string
	size    int64
	modTime time.Time
	err     error // why it is bad
}

// errStray is the reason why a file among the blobs is none.
var errStray = errors.New("its name is not a digest, or it is not a regular file")

// blobFiles lists the files among the blobs, sorted by path.
func (s *Store) blobFiles() ([]blobFile, error) {
	var list []blobFile
	err := filepath.WalkDir(s.path(blobsDir), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		algorithm := filepath.Base(filepath.Dir(path))
		if d.IsDir() {
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err != nil {
			return err
		}
		b := blobFile{dgst: digest.Digest(algorithm + ":" + d.Name()), path: path, size: info.Size(), modTime: info.ModTime()}
		want, err := s.blobPath(b.dgst)
		if err != nil || want != path || !d.Type().IsRegular() {
			b.dgst, b.err = "", errStray
		}
		list = append(list, b)
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list blobs: %w", err)
	}
	return list, nil
}

// verifyBlobs hashes blobs, as many at a time as there are processors, and
// returns the bad ones.
func verifyBlobs(ctx context.Context, list []blobFile, report progress.Func) ([]blobFile, error) {
	var total int64
	for _, b := range list {
		total += b.size
	}
	m := report.Begin(progress.Check, len(list), total)
	var mu sync.Mutex
	var bad []blobFile
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, b := range list {
		g.Go(func() error {
			if b.err == nil {
				b.err = verifyFile(ctx, b, m)
			}
			switch {
			case ctx.Err() != nil:
				return context.Cause(ctx)
			case errors.Is(b.err, fs.ErrNotExist):
				return nil // pruned meanwhile
			case b.err == nil:
				m.Item(b.dgst.String(), "done", "")
				return nil
			}
			m.Item(b.path, "failed", b.err.Error())
			mu.Lock()
			defer mu.Unlock()
			bad = append(bad, b)
			return nil
		})
	}
	err := g.Wait()
	m.End(err)
	return bad, err
}

// verifyFile compares a blob with its digest.
func verifyFile(ctx context.Context, b blobFile, m *progress.Meter) error {
	f, err := os.Open(b.path)
	if err != nil {
		return err
	}
	defer f.Close()
	h := b.dgst.Algorithm().Hash()
	n, err := copyContext(ctx, h, f)
	m.Add(n)
	if err != nil {
		return err
	}
	if got := digest.NewDigest(b.dgst.Algorithm(), h); got != b.dgst {
		return fmt.Errorf("%w: its %d bytes have digest %s", ErrCorrupt, n, got)
	}
	return nil
}
