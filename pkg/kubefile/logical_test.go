package kubefile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readLogical reads the first logical line of a text.
func readLogical(text string) (*logical, *reader) {
	r := &reader{file: "K", lines: strings.Split(text, "\n"), escape: '\\'}
	return r.logical(), r
}

func TestLogical(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want string
		comments         []string
		end, next        int
	}{
		{"one line", "a b\nc", "a b", nil, 1, 1},
		{"leading blanks go from the first line only", "  a\\\n  b", "a  b", nil, 2, 2},
		{"blanks behind the escape", "a \\ \t\nb", "a b", nil, 2, 2},
		{"two escapes are one and a continuation", "a\\\\\nb", `a\b`, nil, 2, 2},
		{"escape within a line", `a\ b`, `a\ b`, nil, 1, 1},
		{"comments and empty lines", "a \\\n# c\n\n  # d \n b\ne", "a  b", []string{"# c", "# d"}, 5, 5},
		{"hash behind text", "a \\\nb # c", "a b # c", nil, 2, 2},
		{"end of file", "a \\", "a ", nil, 1, 1},
		{"comment at the end of file", "a \\\n#c\n\n", "a ", []string{"#c"}, 2, 4},
		{"only escapes", "\\\n\\\n\\", "", nil, 3, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l, r := readLogical(test.text)
			var comments []string
			for _, c := range l.inner {
				comments = append(comments, c.Text)
			}
			if l.text != test.want || l.end != test.end || r.next != test.next {
				t.Errorf("text %q, end %d, next %d; want %q, %d, %d", l.text, l.end, r.next, test.want, test.end, test.next)
			}
			if diff := cmp.Diff(test.comments, comments); diff != "" {
				t.Errorf("comments (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLogicalPosition(t *testing.T) {
	t.Parallel()
	l, _ := readLogical("  äb\\\n# c\n c\\\n\\\nd")
	if l.text != "äb cd" {
		t.Fatalf("text %q", l.text)
	}
	want := []string{"1:3", "", "1:4", "3:1", "3:2", "5:1", "5:2"}
	for offset, w := range want {
		if w == "" {
			continue // within a character
		}
		pos := l.position(offset)
		if got := fmt.Sprintf("%d:%d", pos.Line, pos.Column); got != w {
			t.Errorf("offset %d is %s, want %s", offset, got, w)
		}
	}
}

func TestLogicalLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		from int
		want []string
	}{
		{"RUN a \\\n  b  ", 3, []string{"a ", "  b"}},
		{"RUN \\\n  a \\\n \\\nb", 3, []string{"a ", " ", "b"}},
		{"RUN\\\n\\\n a \\\n", 3, []string{"a"}},
		{"RUN", 3, nil},
		{"RUN \\\n \\\n ", 3, nil},
	}
	for _, test := range tests {
		l, _ := readLogical(test.text)
		var got []string
		for _, word := range l.lines(test.from) {
			got = append(got, word.Text)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestSplitBlanks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                nil,
		" \t ":            nil,
		" a\t b  ":        {"a", "b"},
		`"a b" c`:         {`"a`, `b"`, "c"},
		"a\u00a0b\u3000c": {"a\u00a0b\u3000c"}, // blanks of other scripts are characters
	} {
		l, _ := readLogical(text)
		var got []string
		for _, s := range splitBlanks(l, 0) {
			got = append(got, l.text[s.start:s.end])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestSplitQuoted(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want []string
		open int
	}{
		{`a b`, []string{"a", "b"}, -1},
		{`a="b c" d`, []string{`a="b c"`, "d"}, -1},
		{`a='b "c' d`, []string{`a='b "c'`, "d"}, -1},
		{`a="b\" c" d`, []string{`a="b\" c"`, "d"}, -1},
		{`a='b\' c`, []string{`a='b\'`, "c"}, -1},
		{`a\ b\" c`, []string{`a\ b\"`, "c"}, -1},
		{`a"b"'c d'e f`, []string{`a"b"'c d'e`, "f"}, -1},
		{`a b="c d`, []string{"a", `b="c d`}, 4},
		{`a 'b`, []string{"a", "'b"}, 2},
	}
	for _, test := range tests {
		l, _ := readLogical(test.text)
		spans, open := splitQuoted(l, 0, '\\')
		var got []string
		for _, s := range spans {
			got = append(got, l.text[s.start:s.end])
		}
		if diff := cmp.Diff(test.want, got); diff != "" || open != test.open {
			t.Errorf("%s: open %d, want %d (-want +got):\n%s", test.text, open, test.open, diff)
		}
	}
}
