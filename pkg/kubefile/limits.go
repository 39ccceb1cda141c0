package kubefile

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Limits bound what Parse reads. Exceeding one is an error that names it.
type Limits struct {
	FileSize     int // bytes of the file; default 1 MiB
	LineLength   int // bytes of one line; default 65535, above which sealer itself stops reading
	Instructions int // instructions of the file; default 4096
}

func (l Limits) withDefaults() Limits {
	for _, d := range []struct {
		field *int
		value int
	}{{&l.FileSize, 1 << 20}, {&l.LineLength, 64<<10 - 1}, {&l.Instructions, 4096}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	return l
}

// readLines reads a file of UTF-8 text and cuts it into lines, without a byte
// order mark and line ends. The error is a read error or Problems.
func readLines(name string, r io.Reader, limits Limits) ([]string, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(limits.FileSize)+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	var problems Problems
	if len(data) > limits.FileSize {
		problems.add(RuleSyntax, Position{File: name}, "a Kubefile holds instructions; put content into files of its context",
			"the file exceeds the bound of %d bytes (FileSize)", limits.FileSize)
		return nil, problems
	}
	lines := strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n")
	for i, line := range lines {
		pos := Position{File: name, Line: i + 1}
		lines[i] = strings.TrimRight(line, "\r")
		if len(line) > limits.LineLength {
			problems.add(RuleSyntax, pos, "continue the instruction on another line",
				"the line exceeds the bound of %d bytes (LineLength)", limits.LineLength)
		}
		if bad := notText(lines[i]); bad >= 0 {
			pos.Column = utf8.RuneCountInString(line[:bad]) + 1
			problems.add(RuleSyntax, pos, "save the file as UTF-8 text", "there is a byte that is not text: 0x%02x", line[bad])
		}
	}
	return lines, problems.err()
}

// notText is the offset of the first byte that is not UTF-8 or is a control
// character other than a tab, or -1.
func notText(line string) int {
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		if r == utf8.RuneError && size == 1 || r < ' ' && r != '\t' {
			return i
		}
		i += size
	}
	return -1
}
