package lock

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"

	"github.com/goccy/go-yaml"
)

// maxSize bounds a lock file; a lock of 10,000 images is about 8 MiB.
const maxSize = 64 << 20

const header = "# Written by opc-image from what upstream registries answered. Review it; do not edit it.\n"

// ErrStale tells that a lock was made for other inputs.
var ErrStale = errors.New("the lock is stale")

// Encode returns the file for a lock: sorted, with the same bytes for the same
// content. It leaves the lock itself as it is.
func Encode(l *Lock) ([]byte, error) {
	l = l.clone()
	l.Sort()
	if err := l.Validate(); err != nil {
		return nil, err
	}
	var e emitter
	e.WriteString(header)
	if err := e.structure(reflect.ValueOf(l).Elem(), "", false); err != nil {
		return nil, fmt.Errorf("write lock: %w", err)
	}
	return e.Bytes(), nil
}

// Decode reads a lock strictly: an unknown key, a duplicate or a value of the
// wrong kind is an error with its line and column. The result is sorted, also
// when a merge of two versions of the file has left it in disorder. name is for
// errors.
func Decode(name string, data []byte) (*Lock, error) {
	if len(data) > maxSize {
		return nil, fmt.Errorf("lock %s: %d bytes, more than the limit of %d", name, len(data), maxSize)
	}
	var l Lock
	decoder := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	if err := decoder.Decode(&l); err != nil {
		return nil, fmt.Errorf("lock %s is damaged; restore it or write a new one with \"opc-image lock --update\": %w", name, err)
	}
	if l.Version != Version {
		return nil, fmt.Errorf("lock %s: format version %d, this program reads %d; write a new one with \"opc-image lock --update\"", name, l.Version, Version)
	}
	l.Sort()
	if err := l.Validate(); err != nil {
		return nil, fmt.Errorf("lock %s is damaged; restore it or write a new one with \"opc-image lock --update\": %w", name, err)
	}
	return &l, nil
}

// ReadFile reads a lock from a file. The error is fs.ErrNotExist when there is
// none.
func ReadFile(path string) (*Lock, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read lock %s: %w", path, err)
	}
	return Decode(path, data)
}
