package archive

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/store"
)

// loadStream loads from what can be read only once. Blobs go into the store as
// they come, because index.json may be the last member; those that no image
// turns out to need are left for the store to prune.
func loadStream(ctx context.Context, into *store.Store, r io.Reader, opts LoadOptions) (_ []store.Image, err error) {
	plain, err := decompress(bufio.NewReaderSize(r, 1<<20))
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	s := stream{into: into, files: map[string][]byte{}, blobs: map[digest.Digest]int64{}}
	s.meter = opts.Progress.Begin(progress.Load, 0, 0)
	defer func() { s.meter.End(err) }()
	if err := s.read(ctx, tar.NewReader(plain)); err != nil {
		return nil, err
	}
	marker, ok := s.files[ocispec.ImageLayoutFile]
	if !ok {
		return nil, errNoLayout
	}
	index, ok := s.files[ocispec.ImageIndexFile]
	if !ok {
		return nil, fmt.Errorf("there is no %s", ocispec.ImageIndexFile)
	}
	found, err := images(marker, index, opts.Name)
	if err != nil {
		return nil, err
	}
	if err := s.complete(ctx, descriptors(found)); err != nil {
		return nil, err
	}
	return found, tagAll(ctx, into, found)
}

// stream is a tar being read from beginning to end.
type stream struct {
	into  *store.Store
	meter *progress.Meter
	files map[string][]byte       // the small files of the layout
	blobs map[digest.Digest]int64 // sizes of the blobs that came by
}

func (s *stream) read(ctx context.Context, reader *tar.Reader) error {
	seen := map[string]bool{}
	for count := 0; ; count++ {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("not a tar, or cut off: %w", err)
		}
		if count >= maxEntries {
			return fmt.Errorf("more than %d members", maxEntries)
		}
		name, err := memberName(header)
		if err != nil {
			return err
		}
		if name == "" {
			continue
		}
		if seen[name] {
			return fmt.Errorf("member %q is there twice", name)
		}
		seen[name] = true
		if err := s.member(ctx, name, header.Size, reader); err != nil {
			return err
		}
	}
}

func (s *stream) member(ctx context.Context, name string, size int64, r io.Reader) error {
	if dgst, ok := blobDigest(name); ok {
		s.blobs[dgst] = size
		s.meter.Expect(1, size)
		return ingest(ctx, s.into, ocispec.Descriptor{Digest: dgst, Size: size}, r, s.meter)
	}
	if name != ocispec.ImageLayoutFile && name != ocispec.ImageIndexFile {
		return nil
	}
	if size > maxDocument {
		return fmt.Errorf("%s: %d bytes, at most %d are read", name, size, maxDocument)
	}
	data, err := io.ReadAll(r)
	s.files[name] = data
	return err
}

// complete checks that everything the images need came by. What the store had
// before does not count: an archive is whole or it is refused.
func (s *stream) complete(ctx context.Context, roots []ocispec.Descriptor) error {
	read := func(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
		if err := s.has(desc); err != nil {
			return nil, err
		}
		return s.into.ReadAll(ctx, desc)
	}
	parts, err := walk(ctx, read, roots...)
	if err != nil {
		return err
	}
	for _, desc := range append(parts.documents, parts.blobs...) {
		if err := s.has(desc); err != nil {
			return err
		}
	}
	return nil
}

func (s *stream) has(desc ocispec.Descriptor) error {
	size, ok := s.blobs[desc.Digest]
	if !ok {
		return fmt.Errorf("the image is not complete: %s is missing", blobPath(desc.Digest))
	}
	if size != desc.Size {
		return fmt.Errorf("%s has %d bytes, its manifest says %d", blobPath(desc.Digest), size, desc.Size)
	}
	return nil
}
