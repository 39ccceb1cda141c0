package layer

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"
)

// MaxIndex bounds the index of a recipe that is decoded, in bytes.
const MaxIndex = 64 << 20

// ErrInvalid is returned for what is not a recipe, or a damaged one.
var ErrInvalid = errors.New("not a layer recipe")

// Decode reads the recipe in file, of size bytes. The literal bytes stay in the
// file, which has to be readable for as long as the recipe is used; they are not
// verified, see [Recipe.Verify]. An error matches [ErrInvalid].
func Decode(file io.ReaderAt, size int64) (*Recipe, error) {
	section := io.NewSectionReader(file, 0, size)
	buffered := bufio.NewReader(section)
	head, err := readHead(buffered)
	if err != nil {
		return nil, err
	}
	length, err := number(strings.TrimPrefix(head, magic))
	if err != nil || !strings.HasPrefix(head, magic) {
		return nil, fmt.Errorf("%w: begins with %.40q", ErrInvalid, head)
	}
	start := int64(len(head) + 1)
	if length > MaxIndex || length > size-start {
		return nil, fmt.Errorf("%w: index of %d bytes in a file of %d; at most %d are allowed",
			ErrInvalid, length, size, MaxIndex)
	}
	index := make([]byte, length)
	if _, err := io.ReadFull(buffered, index); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	r := &Recipe{dgst: digest.FromBytes(index)}
	if err := r.parse(string(index)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if want := start + length + r.length; want != size {
		return nil, fmt.Errorf("%w: file of %d bytes, want %d", ErrInvalid, size, want)
	}
	r.literals = io.NewSectionReader(file, start+length, r.length)
	return r, nil
}

// readHead returns the first line, which is short, without its end.
func readHead(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read layer recipe: %w", err)
	}
	head, ok := strings.CutSuffix(string(line), "\n")
	if !ok || len(head) > 64 {
		return "", fmt.Errorf("%w: begins with %.40q", ErrInvalid, head)
	}
	return head, nil
}

// parse reads the index into segments.
func (r *Recipe) parse(index string) error {
	var end, literal int64
	first := true
	for line := range strings.Lines(index) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		n, err := number(fields[len(fields)-1])
		switch {
		case err != nil || !strings.HasSuffix(line, "\n"):
			return fmt.Errorf("line %.100q", line)
		case first && len(fields) == 3 && fields[0] == "literals":
			r.sum, r.length, first = digest.Digest(fields[1]), n, false
			if err := r.sum.Validate(); err != nil {
				return fmt.Errorf("line %.100q: %w", line, err)
			}
			continue
		case first || n == 0 || n > math.MaxInt64-end:
			return fmt.Errorf("line %.100q", line)
		case len(fields) == 2 && fields[0] == "l":
			r.segments = append(r.segments, segment{end: end + n, literal: literal})
			literal += n
		case len(fields) == 3 && fields[0] == "b":
			s := segment{end: end + n, blob: digest.Digest(fields[1])}
			if err := s.blob.Validate(); err != nil {
				return fmt.Errorf("line %.100q: %w", line, err)
			}
			r.segments = append(r.segments, s)
			r.blobs++
		default:
			return fmt.Errorf("line %.100q", line)
		}
		end += n
	}
	if first || literal != r.length {
		return fmt.Errorf("%d literal bytes in the index, want %d", literal, r.length)
	}
	return nil
}

// number reads a decimal that has only one spelling.
func number(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != s {
		return 0, fmt.Errorf("number %.40q", s)
	}
	return n, nil
}
