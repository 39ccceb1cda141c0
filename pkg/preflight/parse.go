package preflight

import (
	"io"
	"strconv"
	"strings"
)

// limited reads so many bytes and no more.
type limited struct {
	r    io.Reader
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, io.EOF
	}
	n, err := l.r.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

// osRelease reads KEY=value lines; values may be in quotes (os-release(5)).
func osRelease(text string) map[string]string {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || strings.HasPrefix(key, "#") {
			continue
		}
		values[key] = strings.Trim(value, `"'`)
	}
	return values
}

// memory finds MemTotal of /proc/meminfo, which is in kB of 1024, in bytes.
func memory(text string) int64 {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == "MemTotal:" {
			kib, _ := strconv.ParseInt(fields[1], 10, 64)
			return kib << 10
		}
	}
	return 0
}

// firstFields gives the first word of each line after some.
func firstFields(text string, skip int) []string {
	var all []string
	for line := range strings.Lines(text) {
		if skip--; skip >= 0 {
			continue
		}
		if fields := strings.Fields(line); len(fields) > 0 {
			all = append(all, fields[0])
		}
	}
	return all
}

// globalIPv6 looks in /proc/net/if_inet6 (address, index, prefix, scope, flags,
// interface) for an address that is good beyond its link.
func globalIPv6(table string) bool {
	for line := range strings.Lines(table) {
		if words := strings.Fields(line); len(words) == 6 && words[3] == "00" {
			return true
		}
	}
	return false
}
