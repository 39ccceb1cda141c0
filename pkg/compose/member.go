package compose

import (
	"fmt"
	"io"
	"os"

	"github.com/opc-source/opc-image/pkg/unpack"
)

// openMember opens one file of an archive on this machine.
func openMember(archive, member string) (io.ReadCloser, error) {
	f, err := os.Open(archive)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	r, err := unpack.Open(f, info.Size(), member)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", archive, err)
	}
	return &memberReader{r, f}, nil
}

type memberReader struct {
	io.ReadCloser
	archive *os.File
}

func (r *memberReader) Close() error {
	r.ReadCloser.Close()
	return r.archive.Close()
}
