package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/ctxio"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/store"
)

// ingestAll checks that all blobs are there and reads them in the order in which
// they lie.
func ingestAll(ctx context.Context, into *store.Store, l layout, blobs []ocispec.Descriptor, report progress.Func) (err error) {
	order := make(map[string]int64, len(blobs))
	var total int64
	for _, desc := range blobs {
		name := blobPath(desc.Digest)
		blob, err := l.find(name)
		if err != nil {
			return fmt.Errorf("the image is not complete: %w", err)
		}
		order[name] = blob.order
		blob.close()
		if blob.size != desc.Size {
			return fmt.Errorf("%s has %d bytes, its manifest says %d", name, blob.size, desc.Size)
		}
		total += desc.Size
	}
	slices.SortStableFunc(blobs, func(a, b ocispec.Descriptor) int {
		return cmp.Compare(order[blobPath(a.Digest)], order[blobPath(b.Digest)])
	})
	meter := report.Begin(progress.Load, len(blobs), total)
	defer func() { meter.End(err) }()
	for _, desc := range blobs {
		if err := ingestFrom(ctx, into, l, desc, meter); err != nil {
			return err
		}
	}
	return nil
}

func ingestFrom(ctx context.Context, into *store.Store, l layout, desc ocispec.Descriptor, meter *progress.Meter) error {
	blob, err := l.find(blobPath(desc.Digest))
	if err != nil {
		return err
	}
	defer blob.close()
	return ingest(ctx, into, desc, io.NewSectionReader(blob, 0, blob.size), meter)
}

// ingest copies a blob into the store. When r can seek, what an earlier run left
// is kept and the rest appended; if that turns out wrong, the blob is copied
// once more from its beginning.
func ingest(ctx context.Context, into *store.Store, desc ocispec.Descriptor, r io.Reader, meter *progress.Meter) error {
	name := desc.Digest.String()
	kept, err := tryIngest(ctx, into, desc, r, meter)
	if kept > 0 && errors.Is(err, store.ErrCorrupt) {
		meter.Item(name, "retry", "what an earlier run left was wrong")
		meter.Add(-desc.Size)
		_, err = tryIngest(ctx, into, desc, r, meter)
	}
	switch {
	case errors.Is(err, store.ErrExists):
		meter.Add(desc.Size)
		meter.Item(name, "present", "")
		return nil
	case err != nil:
		meter.Item(name, "failed", err.Error())
		return err
	}
	meter.Item(name, "done", "")
	return nil
}

// tryIngest reports how many bytes of an earlier run it built on. After
// store.ErrCorrupt the store has none of them any more.
func tryIngest(ctx context.Context, into *store.Store, desc ocispec.Descriptor, r io.Reader, meter *progress.Meter) (kept int64, err error) {
	target, err := into.Ingest(ctx, desc.Digest, desc.Size)
	if err != nil {
		return 0, err
	}
	defer target.Close()
	if seeker, ok := r.(io.Seeker); ok {
		kept = target.Offset()
		if _, err := seeker.Seek(kept, io.SeekStart); err != nil {
			return 0, err
		}
	} else if err := target.Restart(); err != nil {
		return 0, err
	}
	meter.Add(kept)
	buffer := make([]byte, 256<<10)
	if _, err := io.CopyBuffer(io.MultiWriter(ctxio.Writer(ctx, target), meter), r, buffer); err != nil {
		return kept, fmt.Errorf("blob %s: %w", desc.Digest, err)
	}
	return kept, target.Commit()
}
