package layer

import (
	"io"
	"iter"
)

// Member is an entry of an existing tar. Its content is the Size bytes at
// Offset; Data and Blob are not set.
type Member struct {
	Entry
	Offset int64
}

// List reads the headers of a tar.
func List(tar io.ReadSeeker) iter.Seq2[Member, error] {
	return func(yield func(Member, error) bool) { yield(Member{}, errTODO) }
}
