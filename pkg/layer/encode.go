package layer

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	_ "crypto/sha256" // the algorithms a digest may name
	_ "crypto/sha512"
)

// The form of a recipe on disk is text followed by the literal bytes:
//
//	opc-layer-recipe 1 <length of the index>
//	literals <digest> <bytes>
//	l <bytes>             a run of literal bytes
//	b <digest> <bytes>    a blob
//	…
//	<literal bytes>
//
// The index is everything between the first line and the literal bytes.
const magic = "opc-layer-recipe 1 "

func encodeIndex(r *Recipe) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "literals %s %d\n", r.sum, r.length)
	var start int64
	for _, s := range r.segments {
		if s.blob == "" {
			fmt.Fprintf(&b, "l %d\n", s.end-start)
		} else {
			fmt.Fprintf(&b, "b %s %d\n", s.blob, s.end-start)
		}
		start = s.end
	}
	return b.Bytes()
}

// WriteTo writes the form that [Decode] reads.
func (r *Recipe) WriteTo(w io.Writer) (int64, error) {
	index := encodeIndex(r)
	head := fmt.Sprintf("%s%d\n", magic, len(index))
	return io.Copy(w, io.MultiReader(strings.NewReader(head), bytes.NewReader(index),
		io.NewSectionReader(r.literals, 0, r.length)))
}
