package rootfs

import (
	"context"
	"errors"
	"io"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
)

// compressedMembers lists a compressed layer from beginning to end.
func (img *Image) compressedMembers(ctx context.Context, desc ocispec.Descriptor) (list []member, err error) {
	r, err := decompress(img.blobs, desc.Digest, desc.MediaType)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	tar := &forward{r: r}
	for found, err := range layer.List(tar) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		m := newMember(found, desc)
		if m.Kind == layer.File && (isLink(m) || m.size <= maxKept && img.kept+m.size <= maxKeptAll) {
			data, err := tar.peek(m.size)
			if err != nil {
				return nil, err
			}
			m.link, m.content = data, content{data: data, layer: true}
			img.kept += m.size
		}
		list = append(list, m)
	}
	return list, nil
}

// forward is a stream that can be seeked forward, as listing a tar does.
type forward struct {
	r     io.Reader
	pos   int64
	ahead []byte // was read before its time
}

func (f *forward) Read(p []byte) (n int, err error) {
	if len(f.ahead) > 0 {
		n = copy(p, f.ahead)
		f.ahead = f.ahead[n:]
	} else {
		n, err = f.r.Read(p)
	}
	f.pos += int64(n)
	return n, err
}

func (f *forward) Seek(offset int64, whence int) (int64, error) {
	if whence != io.SeekCurrent || offset < 0 {
		return f.pos, errors.New("a compressed layer can only be read forward")
	}
	_, err := io.CopyN(io.Discard, f, offset)
	return f.pos, err
}

// peek reads the next n bytes and leaves the position where it is.
func (f *forward) peek(n int64) ([]byte, error) {
	data := make([]byte, n)
	if _, err := io.ReadFull(f.r, data); err != nil {
		return nil, err
	}
	f.ahead = data
	return data, nil
}
