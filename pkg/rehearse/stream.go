package rehearse

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"io"
)

// stream is an endless run of bytes that follow from a seed and look random, so
// that no compressor shrinks them. Every offset is reached at once.
type stream struct{ block cipher.Block }

// newStream derives the key of a stream from its seed.
func newStream(seed string) (stream, error) {
	key := sha256.Sum256([]byte(seed))
	block, err := aes.NewCipher(key[:16])
	return stream{block}, err
}

var _ io.ReaderAt = stream{}

// ReadAt fills p; it never fails. It is AES in counter mode (NIST SP 800-38A),
// with the number of the 16-byte block as the counter.
func (s stream) ReadAt(p []byte, off int64) (int, error) {
	var counter [aes.BlockSize]byte
	binary.BigEndian.PutUint64(counter[8:], uint64(off)/aes.BlockSize)
	keys := cipher.NewCTR(s.block, counter[:])
	if skip := off % aes.BlockSize; skip > 0 {
		var waste [aes.BlockSize]byte
		keys.XORKeyStream(waste[:skip], waste[:skip])
	}
	clear(p)
	keys.XORKeyStream(p, p)
	return len(p), nil
}
