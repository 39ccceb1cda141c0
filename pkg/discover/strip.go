package discover

import "strings"

// leftover stands where a template action was. No image name may hold it.
const leftover = "TEMPLATE_LEFTOVER"

// hasTemplate reports whether text holds Go template actions.
func hasTemplate(text string) bool { return strings.Contains(text, "{{") }

// stripTemplate makes text that holds Go template actions readable as YAML:
// lines of actions only are dropped, actions within a line become leftover. Both
// branches of a condition stay, so what is found in the result is suspected.
func stripTemplate(text string) string {
	var out strings.Builder
	for line := range strings.SplitAfterSeq(replaceActions(text), "\n") {
		bare := strings.ReplaceAll(line, leftover, "")
		if strings.Contains(line, leftover) && strings.Trim(bare, " \t\r\n-") == "" {
			continue
		}
		out.WriteString(line)
	}
	return out.String()
}

// replaceActions replaces each {{ … }}, also over several lines, by leftover. An
// action that is never closed stays as it is.
func replaceActions(text string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "{{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		end := actionEnd(after)
		if end < 0 {
			out.WriteString("{{" + after)
			return out.String()
		}
		out.WriteString(leftover)
		text = after[end:]
	}
}

// actionEnd is the offset just after the "}}" that closes an action, or -1.
// Strings and comments within the action may hold "}}" themselves.
func actionEnd(s string) int {
	if rest := strings.TrimLeft(strings.TrimPrefix(s, "-"), " \t\r\n"); strings.HasPrefix(rest, "/*") {
		i := strings.Index(s, "*/")
		if i < 0 {
			return -1
		}
		if end := strings.Index(s[i:], "}}"); end >= 0 {
			return i + end + 2
		}
		return -1
	}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"', '`', '\'':
			end := closeQuote(s[i:])
			if end < 0 {
				return -1
			}
			i += end
		case '}':
			if strings.HasPrefix(s[i:], "}}") {
				return i + 2
			}
		}
	}
	return -1
}

// closeQuote is the offset of the quote that closes the one s starts with, or -1.
func closeQuote(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && s[0] != '`':
			i++
		case s[i] == s[0]:
			return i
		}
	}
	return -1
}
