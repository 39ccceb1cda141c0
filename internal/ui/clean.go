package ui

import (
	"strings"
	"unicode"
)

// Clean replaces what could steer a terminal: control characters, among them
// line ends and escapes, and characters that reorder text. Foreign strings go
// through it before they are shown.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return '\uFFFD'
		}
		return r
	}, s)
}
