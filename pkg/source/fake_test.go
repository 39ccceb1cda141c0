package source

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io/fs"
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/store"
)

// fake is a Store in memory.
type fake struct {
	mu      sync.Mutex
	blobs   map[digest.Digest][]byte
	partial map[digest.Digest][]byte
	free    int64
	full    error // of every write
}

func newFake() *fake {
	return &fake{blobs: map[digest.Digest][]byte{}, partial: map[digest.Digest][]byte{}, free: 1 << 40}
}

func (f *fake) Dir() string          { return "/store" }
func (f *fake) Free() (int64, error) { return f.free, nil }

func (f *fake) Stat(d digest.Digest) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	data, ok := f.blobs[d]
	if !ok {
		return 0, fmt.Errorf("blob %s: %w", d, store.ErrNotFound)
	}
	return int64(len(data)), nil
}

func (f *fake) ReadAll(_ context.Context, desc ocispec.Descriptor) ([]byte, error) {
	if _, err := f.Stat(desc.Digest); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.blobs[desc.Digest], nil
}

func (f *fake) Put(_ context.Context, data []byte) (digest.Digest, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full != nil {
		return "", f.full
	}
	d := digest.FromBytes(data)
	f.blobs[d] = data
	return d, nil
}

func (f *fake) Ingest(_ context.Context, d digest.Digest, size int64) (Ingest, error) {
	if _, err := f.Stat(d); err == nil {
		return nil, store.ErrExists
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	in := &fakeIngest{fake: f, want: d, size: size, hash: sha256.New()}
	_, _ = in.Write(f.partial[d])
	return in, nil
}

func (f *fake) Writer(context.Context) (Writer, error) { return &fakeWriter{fake: f}, nil }

// fakeIngest is closed by Commit, as that of a real store is.
type fakeIngest struct {
	closed bool
	fake   *fake
	want   digest.Digest
	size   int64
	hash   hash.Hash
	buf    bytes.Buffer
}

func (i *fakeIngest) Offset() int64 { return int64(i.buf.Len()) }

func (i *fakeIngest) Write(p []byte) (int, error) {
	if i.closed {
		return 0, fs.ErrClosed
	}
	if i.fake.full != nil {
		return 0, i.fake.full
	}
	i.hash.Write(p)
	return i.buf.Write(p)
}

func (i *fakeIngest) Restart() error {
	if i.closed {
		return fs.ErrClosed
	}
	i.hash.Reset()
	i.buf.Reset()
	return nil
}

func (i *fakeIngest) Commit() error {
	i.closed = true
	if i.size >= 0 && i.Offset() != i.size || digest.NewDigest(digest.SHA256, i.hash) != i.want {
		i.fake.mu.Lock()
		defer i.fake.mu.Unlock()
		delete(i.fake.partial, i.want)
		return fmt.Errorf("%s: %w", i.want, store.ErrCorrupt)
	}
	_, err := i.fake.Put(context.Background(), i.buf.Bytes())
	return err
}

func (i *fakeIngest) Close() error {
	i.fake.mu.Lock()
	defer i.fake.mu.Unlock()
	if !i.closed {
		i.fake.partial[i.want] = i.buf.Bytes()
	}
	return nil
}

type fakeWriter struct {
	bytes.Buffer
	fake *fake
}

func (w *fakeWriter) Commit() (digest.Digest, int64, error) {
	d, err := w.fake.Put(context.Background(), w.Bytes())
	return d, int64(w.Len()), err
}

func (w *fakeWriter) Close() error { return nil }
