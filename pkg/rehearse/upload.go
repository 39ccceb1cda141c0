package rehearse

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"
)

// upload is a blob on its way in. Its bytes are hashed as they come.
type upload struct {
	mu       sync.Mutex // one request at a time
	file     *os.File
	digester digest.Digester
	size     int64
}

// errRange says that a chunk does not continue where the upload stands.
var errRange = errors.New("the chunk does not begin where the upload stands")

// newUpload begins an upload in dir.
func newUpload(dir, id string) (*upload, error) {
	f, err := os.OpenFile(filepath.Join(dir, id), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	return &upload{file: f, digester: digest.Canonical.Digester()}, nil
}

// append takes in a chunk. Its Content-Range, if it has one, has to begin where
// the upload stands. What arrives before a broken connection counts.
func (u *upload) append(body io.Reader, contentRange string) error {
	if contentRange != "" {
		first, _, _ := strings.Cut(contentRange, "-")
		if start, err := strconv.ParseInt(first, 10, 64); err != nil || start != u.size {
			return errRange
		}
	}
	buf := make([]byte, 256<<10)
	n, err := io.CopyBuffer(io.MultiWriter(bareWriter{u.file}, u.digester.Hash()), body, buf)
	u.size += n
	return err
}

// commit makes the upload a blob at path, if its digest is right.
func (u *upload) commit(want digest.Digest, path string) error {
	if got := u.digester.Digest(); got != want {
		u.discard()
		return fmt.Errorf("the content's digest is %s, not %s", got, want)
	}
	if err := u.file.Close(); err != nil {
		return err
	}
	return os.Rename(u.file.Name(), path)
}

// discard drops what has arrived.
func (u *upload) discard() {
	u.file.Close()
	os.Remove(u.file.Name()) //nolint:errcheck // the directory goes in the end
}

// bareWriter hides everything but Write.
type bareWriter struct{ io.Writer }
