package archive

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// layout is an image layout that can be read in any order.
type layout interface {
	// find returns the content of a file, or fs.ErrNotExist.
	find(name string) (*content, error)
	io.Closer
}

// content is one file of a layout.
type content struct {
	io.ReaderAt
	size  int64
	order int64 // files are best read in this order
	close func() error
}

// tarLayout is a layout in a tar that can be read at any offset.
type tarLayout struct {
	tar     io.ReaderAt
	members map[string]*content
	close   func() error
}

// readTar lists a tar. It reads the headers and seeks over everything else.
func readTar(file io.ReaderAt, size int64) (*tarLayout, error) {
	section := io.NewSectionReader(file, 0, size)
	reader := tar.NewReader(section)
	l := &tarLayout{tar: file, members: map[string]*content{}, close: func() error { return nil }}
	for count := 0; ; count++ {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return nil, fmt.Errorf("not a tar, or cut off: %w", err)
		}
		if count >= maxEntries {
			return nil, fmt.Errorf("more than %d members", maxEntries)
		}
		name, err := memberName(header)
		if err != nil {
			return nil, err
		}
		if name == "" {
			continue
		}
		if l.members[name] != nil {
			return nil, fmt.Errorf("member %q is there twice", name)
		}
		offset, err := section.Seek(0, io.SeekCurrent)
		if err != nil {
			return nil, err
		}
		l.members[name] = &content{
			ReaderAt: io.NewSectionReader(file, offset, header.Size), size: header.Size, order: offset,
			close: func() error { return nil },
		}
	}
}

func (l *tarLayout) find(name string) (*content, error) {
	if member := l.members[name]; member != nil {
		return member, nil
	}
	return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
}

func (l *tarLayout) Close() error { return l.close() }

// dirLayout is a layout in a directory. Nothing outside of it can be reached.
type dirLayout struct{ root *os.Root }

func (l dirLayout) find(name string) (*content, error) {
	info, err := l.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", name)
	}
	file, err := l.root.Open(name)
	if err != nil {
		return nil, err
	}
	return &content{ReaderAt: file, size: info.Size(), close: file.Close}, nil
}

func (l dirLayout) Close() error { return l.root.Close() }

// readFile reads a small file of a layout.
func readFile(l layout, name string) ([]byte, error) {
	file, err := l.find(name)
	if err != nil {
		return nil, err
	}
	defer file.close()
	if file.size > maxDocument {
		return nil, fmt.Errorf("%s: %d bytes, at most %d are read", name, file.size, maxDocument)
	}
	data := make([]byte, file.size)
	if _, err := io.ReadFull(io.NewSectionReader(file, 0, file.size), data); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

// readBlob is a readFunc over a layout.
func readBlob(l layout) readFunc {
	return func(_ context.Context, desc ocispec.Descriptor) ([]byte, error) {
		data, err := readFile(l, blobPath(desc.Digest))
		if err != nil {
			return nil, err
		}
		if int64(len(data)) != desc.Size {
			return nil, fmt.Errorf("%d bytes, what points to it says %d", len(data), desc.Size)
		}
		if desc.Digest.Algorithm().FromBytes(data) != desc.Digest {
			return nil, errors.New("the content does not match the digest")
		}
		return data, nil
	}
}
