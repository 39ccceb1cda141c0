package ui

import (
	"fmt"
	"strconv"
	"time"
)

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

// Rate writes bytes per second: "80.1MB/s".
func Rate(bytesPerSecond float64) string {
	if bytesPerSecond < 0 || bytesPerSecond >= 1<<62 {
		return "-"
	}
	return Bytes(int64(bytesPerSecond)) + "/s"
}

// Duration writes a time span in its two largest units: "850ms", "12s",
// "3m05s", "1h02m", "2d03h".
func Duration(d time.Duration) string {
	if d < 0 {
		d = 0
	}
	if d < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
	}
	seconds := int64(d.Round(time.Second) / time.Second)
	switch {
	case seconds < 60:
		return strconv.FormatInt(seconds, 10) + "s"
	case seconds < 60*60:
		return fmt.Sprintf("%dm%02ds", seconds/60, seconds%60)
	case seconds < 24*60*60:
		return fmt.Sprintf("%dh%02dm", seconds/3600, seconds%3600/60)
	}
	return fmt.Sprintf("%dd%02dh", seconds/86400, seconds%86400/3600)
}

// Count writes a number of things: "1 item", "60 items".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
