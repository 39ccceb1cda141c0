package progress

import "strconv"

// units are decimal, as in the output of docker: 1kB is 1000 bytes.
var units = [...]string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}

// Bytes writes a size with three significant digits and a decimal unit, as
// docker does: "999B", "1.02kB", "72.8MB".
func Bytes(n int64) string {
	if n < 0 {
		return "-" + Bytes(-max(n, -1<<63+1))
	}
	if n < 1000 {
		return strconv.FormatInt(n, 10) + "B"
	}
	value, unit := float64(n), 0
	for value >= 999.5 && unit < len(units)-1 {
		value /= 1000
		unit++
	}
	return significant(value) + units[unit]
}

// significant writes 1 ≤ v < 999.5 with three digits, trailing zeros cut.
func significant(v float64) string {
	decimals := 2
	switch {
	case v >= 99.95:
		decimals = 0
	case v >= 9.995:
		decimals = 1
	}
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if decimals == 0 {
		return s
	}
	for s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	if s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	return s
}

// Count writes a number of things: "1 item", "60 items".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
