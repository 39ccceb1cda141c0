package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Remember notes that a blob was made from inputs, which a digest of the caller's
// stands for.
func (s *Store) Remember(inputs, blob digest.Digest, size int64) error {
	if err := s.writable(); err != nil {
		return err
	}
	if err := inputs.Validate(); err != nil {
		return fmt.Errorf("inputs %.100q: %w", string(inputs), err)
	}
	path := s.path(madeDir, flat(inputs))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return s.replace(path, strings.NewReader(record{blob, size}.String()), false)
}

// Made gives the blob that was made from inputs, as long as the store has it.
func (s *Store) Made(inputs digest.Digest) (blob digest.Digest, size int64, ok bool) {
	rec, err := readRecord(s.path(madeDir, flat(inputs)))
	if err != nil || !s.Has(rec.dgst, rec.size) {
		return "", 0, false
	}
	return rec.dgst, rec.size, true
}
