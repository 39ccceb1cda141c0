package source

import (
	"fmt"

	"github.com/opc-source/opc-image/pkg/progress"
)

// SpaceError tells that what is still to fetch does not fit.
type SpaceError struct {
	Dir  string // of the store
	Need int64  // bytes still to fetch
	Free int64  // bytes that can be written
}

// Error implements error.
func (e *SpaceError) Error() string {
	return fmt.Sprintf("not enough space in %s: %d bytes (%s) are still to fetch, %d (%s) are free; make room, or choose another directory with --store",
		e.Dir, e.Need, progress.Bytes(e.Need), e.Free, progress.Bytes(e.Free))
}

// enough compares what is to be fetched with the space there is.
func (s *Source) enough(jobs []*job) error {
	var need int64
	for _, j := range jobs {
		need += j.desc.Size
	}
	if need == 0 {
		return nil
	}
	free, err := s.store.Free()
	if err != nil {
		return fmt.Errorf("free space of %s: %w", s.store.Dir(), err)
	}
	if free < need {
		return &SpaceError{s.store.Dir(), need, free}
	}
	return nil
}
