package source

import "fmt"

// SpaceError tells that what is still to fetch does not fit.
type SpaceError struct {
	Dir  string // of the store
	Need int64  // bytes still to fetch
	Free int64  // bytes that can be written
}

// Error implements error.
func (e *SpaceError) Error() string {
	return fmt.Sprintf("not enough space in %s: %d bytes (%s) are still to fetch, %d (%s) are free; make room, or choose another directory with --store",
		e.Dir, e.Need, human(e.Need), e.Free, human(e.Free))
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

// human writes a number of bytes as people say it.
func human(n int64) string {
	unit, size := "B", float64(n)
	for _, next := range []string{"kB", "MB", "GB", "TB"} {
		if size < 1000 {
			break
		}
		unit, size = next, size/1000
	}
	if unit == "B" {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, unit)
}
