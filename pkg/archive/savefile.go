package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/opc-source/opc-image/pkg/ctxio"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/store"
)

// partSuffix is appended to the name of an archive that is not finished.
const partSuffix = ".part"

// SaveFile writes an image of the store to a file, which appears under its name
// only when it is complete. Until then it is NAME.part; when saving was
// interrupted, the next SaveFile verifies what stands there and goes on after
// the last good blob.
func SaveFile(ctx context.Context, from store.Reader, image store.Image, name string, opts SaveOptions) (err error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("save %s: %s is there and is not a file", image.Name, name)
	}
	members, err := newPlan(ctx, from, image, opts.Platform)
	if err != nil {
		return fmt.Errorf("save %s: %w", image.Name, err)
	}
	part, err := openPart(name + partSuffix)
	if err != nil {
		return fmt.Errorf("save %s: %w", image.Name, err)
	}
	defer part.Close()
	count, size := members.blobs()
	meter := opts.Progress.Begin(progress.Save, count, size)
	defer func() { meter.End(err) }()
	if err := members.finish(ctx, part, from, meter); err != nil {
		return fmt.Errorf("save %s to %s: %w", image.Name, name, err)
	}
	if err := publish(part, name); err != nil {
		return fmt.Errorf("save %s: %w", image.Name, err)
	}
	return nil
}

// finish keeps what is right of a file that an earlier run began and writes the
// rest.
func (p plan) finish(ctx context.Context, part *os.File, from store.Reader, meter *progress.Meter) error {
	var kept int64
	rest := p
	for len(rest) > 0 && rest[0].matches(ctx, io.NewSectionReader(part, kept, rest[0].size()), meter) {
		kept += rest[0].size()
		rest = rest[1:]
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if err := part.Truncate(kept); err != nil {
		return err
	}
	if _, err := part.Seek(kept, io.SeekStart); err != nil {
		return err
	}
	return rest.write(ctx, part, from, meter)
}

// matches reports whether the member stands complete and right at the beginning
// of r.
func (p piece) matches(ctx context.Context, r io.Reader, meter *progress.Meter) bool {
	if !startsWith(r, p.header) || !startsWith(r, p.data) {
		return false
	}
	if p.blob.Digest != "" {
		verifier := p.blob.Digest.Verifier()
		n, err := io.CopyN(ctxio.Writer(ctx, verifier), r, p.blob.Size)
		if err != nil || n != p.blob.Size || !verifier.Verified() {
			return false
		}
	}
	if !startsWith(r, p.padding()) {
		return false
	}
	if p.blob.Digest != "" {
		meter.Add(p.blob.Size)
		meter.Item(p.blob.Digest.String(), "present", "")
	}
	return true
}

// startsWith reads len(want) bytes and compares them.
func startsWith(r io.Reader, want []byte) bool {
	got := make([]byte, len(want))
	_, err := io.ReadFull(r, got)
	return err == nil && bytes.Equal(got, want)
}

// openPart opens the unfinished file and keeps others from writing to it.
func openPart(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := lock(file); err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	// Somebody may have finished and renamed the file between the two calls.
	mine, err := file.Stat()
	if err == nil {
		var now fs.FileInfo
		if now, err = os.Stat(name); err == nil && !os.SameFile(mine, now) {
			err = errInUse
		}
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return file, nil
}

var errInUse = errors.New("another process is saving to this file")

// publish makes sure the file is on the disk and gives it its name.
func publish(part *os.File, name string) error {
	if err := part.Sync(); err != nil {
		return err
	}
	if err := os.Rename(part.Name(), name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer dir.Close()
	// Some file systems cannot sync a directory; the file itself is safe.
	_ = dir.Sync()
	return nil
}
