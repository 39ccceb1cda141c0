package archive

import (
	"context"
	"fmt"
	"io"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/ctxio"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/store"
)

// SaveOptions changes what is saved. The zero value saves all platforms.
type SaveOptions struct {
	// Platform, if set, saves the manifest of this platform only, and index.json
	// points to it.
	Platform *ocispec.Platform
	// Progress is told about the blobs written. Nil: nobody.
	Progress progress.Func
}

// Save writes an image of the store to w, without seeking. The digest of every
// blob is verified on the way: an archive that comes out whole is right.
func Save(ctx context.Context, from store.Reader, image store.Image, w io.Writer, opts SaveOptions) (err error) {
	members, err := newPlan(ctx, from, image, opts.Platform)
	if err != nil {
		return fmt.Errorf("save %s: %w", image.Name, err)
	}
	count, size := members.blobs()
	meter := opts.Progress.Begin(progress.Save, count, size)
	defer func() { meter.End(err) }()
	if err := members.write(ctx, w, from, meter); err != nil {
		return fmt.Errorf("save %s: %w", image.Name, err)
	}
	return nil
}

// write writes all members and the end of the tar.
func (p plan) write(ctx context.Context, w io.Writer, from store.Reader, meter *progress.Meter) error {
	for _, member := range p {
		if err := member.write(ctx, w, from, meter); err != nil {
			return err
		}
	}
	_, err := w.Write(make([]byte, 2*blockSize))
	return err
}

func (p piece) write(ctx context.Context, w io.Writer, from store.Reader, meter *progress.Meter) error {
	if _, err := w.Write(p.header); err != nil {
		return err
	}
	if _, err := w.Write(p.data); err != nil {
		return err
	}
	if p.blob.Digest != "" {
		if err := p.copyBlob(ctx, w, from, meter); err != nil {
			meter.Item(p.blob.Digest.String(), "failed", err.Error())
			return fmt.Errorf("blob %s: %w", p.blob.Digest, err)
		}
		meter.Item(p.blob.Digest.String(), "done", "")
	}
	_, err := w.Write(p.padding())
	return err
}

// copyBlob copies the blob and verifies it.
func (p piece) copyBlob(ctx context.Context, w io.Writer, from store.Reader, meter *progress.Meter) error {
	blob, err := from.Open(p.blob.Digest)
	if err != nil {
		return err
	}
	defer blob.Close()
	verifier := p.blob.Digest.Verifier()
	n, err := io.Copy(io.MultiWriter(ctxio.Writer(ctx, w), verifier, meter), blob)
	if err != nil {
		return err
	}
	if n != p.blob.Size || !verifier.Verified() {
		return fmt.Errorf("%w; check the store", store.ErrCorrupt)
	}
	return nil
}
