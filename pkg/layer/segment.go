package layer

import (
	"errors"
	"fmt"
	"io"
	"sort"

	"github.com/opencontainers/go-digest"
)

// locate returns the segment that holds the position, where it starts, and how
// many bytes of it are left; 0 at the end of the tar.
func (r *Reader) locate() (i int, start, left int64) {
	segments := r.recipe.segments
	i = sort.Search(len(segments), func(i int) bool { return segments[i].end > r.pos })
	if i == len(segments) {
		return i, r.pos, 0
	}
	if i > 0 {
		start = segments[i-1].end
	}
	return i, start, segments[i].end - r.pos
}

// use opens the blob of segment i, which starts at start, at the position.
func (r *Reader) use(i int, start int64) error {
	if r.blob == nil || r.at != i {
		if err := r.open(i, start); err != nil {
			return err
		}
	}
	if r.next == r.pos {
		return nil
	}
	if _, err := r.blob.Seek(r.pos-start, io.SeekStart); err != nil {
		return fmt.Errorf("blob %s: %w", r.recipe.segments[i].blob, err)
	}
	r.next = r.pos
	return nil
}

func (r *Reader) open(i int, start int64) error {
	if err := r.release(); err != nil {
		return err
	}
	s := r.recipe.segments[i]
	blob, err := r.blobs.Open(s.blob)
	if err != nil {
		return err
	}
	if blob.Size() != s.end-start {
		return errors.Join(shrunk(s.blob, blob.Size(), s.end-start), blob.Close())
	}
	r.blob, r.at, r.next = blob, i, start
	return nil
}

// ErrSize is returned when a blob is not as long as the recipe says.
var ErrSize = errors.New("blob has the wrong size")

func shrunk(dgst digest.Digest, got, want int64) error {
	if dgst == "" {
		return fmt.Errorf("literal bytes of the layer recipe: %w", io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("blob %s: %d bytes, want %d: %w", dgst, got, want, ErrSize)
}
