package catalog

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Size is an approximate number of bytes, written as "120MiB" or "1.5GiB".
type Size int64

// UnmarshalText reads a number followed by B, KiB, MiB or GiB.
func (s *Size) UnmarshalText(text []byte) error {
	units := []struct {
		suffix string
		bytes  float64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}
	for _, u := range units {
		number, found := strings.CutSuffix(string(text), u.suffix)
		if !found {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || math.IsNaN(n) || n < 0 || n*u.bytes >= 1<<50 {
			break
		}
		*s = Size(n * u.bytes)
		return nil
	}
	return fmt.Errorf("%q is not a size; write it as 120MiB, 1.5GiB or 300KiB", text)
}

// Duration is a time limit, written as "90s" or "10m".
type Duration time.Duration

// UnmarshalText reads what time.ParseDuration reads, longer than zero and in
// whole seconds.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v <= 0 || v%time.Second != 0 {
		return fmt.Errorf("%q is not a duration; write it as 90s or 10m", text)
	}
	*d = Duration(v)
	return nil
}

// Or is the duration, or def when none is given.
func (d Duration) Or(def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return time.Duration(d)
}

// Mode is a file permission in octal, written as "0755".
type Mode uint32

// UnmarshalText reads one to four octal digits.
func (m *Mode) UnmarshalText(text []byte) error {
	v, err := strconv.ParseUint(string(text), 8, 32)
	if err != nil || v > 0o777 || v == 0 {
		return fmt.Errorf("%q is not a permission; write it in octal, as \"0755\"", text)
	}
	*m = Mode(v)
	return nil
}
