package ui

import (
	"fmt"
	"strconv"
	"time"

	"github.com/opc-source/opc-image/pkg/progress"
)

// Rate writes bytes per second: "80.1MB/s".
func Rate(bytesPerSecond float64) string {
	if bytesPerSecond < 0 || bytesPerSecond >= 1<<62 {
		return "-"
	}
	return progress.Bytes(int64(bytesPerSecond)) + "/s"
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
