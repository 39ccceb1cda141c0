package manifest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		want     []string // "line index text"
	}{
		{"empty", "", nil},
		{"blanks and comments", "\n# a\n---\n# b\n---\n...\n", nil},
		{"one", "a: 1\n", []string{`1 0 "a: 1\n"`}},
		{"no final newline", "a: 1\n---\nb: 2", []string{`1 0 "a: 1\n"`, `2 1 "\nb: 2"`}},
		{"leading marker", "---\na: 1\n", []string{`1 0 "\na: 1\n"`}},
		{"text after the marker", "--- {a: 1}\n---b: 2\n", []string{`1 0 " {a: 1}\n"`, `2 1 "b: 2\n"`}},
		{"comment after the marker", "---# c\na: 1\n", []string{`1 0 "# c\na: 1\n"`}},
		{"windows", "a: 1\r\n---\r\nb: 2\r\n", []string{`1 0 "a: 1\r\n"`, `2 1 "\r\nb: 2\r\n"`}},
		{"indented is text", "a: |\n  ---\n  b\n", []string{`1 0 "a: |\n  ---\n  b\n"`}},
		{"four dashes are text", "a: |\n ----\n----\n", []string{`1 0 "a: |\n ----\n----\n"`}},
	}
	for _, test := range tests {
		docs, err := Split("a.yaml", []byte(test.in), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range docs {
			got = append(got, fmt.Sprintf("%d %d %q", d.Line, d.Index, d.Data))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestSplitLongLine(t *testing.T) {
	t.Parallel()
	in := append(bytes.Repeat([]byte("x"), 1<<20), "\n---\nb: 2\n"...)
	docs, err := Split("a.yaml", in, Limits{})
	if err != nil || len(docs) != 2 {
		t.Fatalf("%d documents, %v, want 2", len(docs), err)
	}
}

func TestSplitLimits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		limits Limits
		want   string
	}{
		{Limits{Documents: 1}, "a.yaml:2: more than the 1 documents"},
		{Limits{Bytes: 5}, "more than the 5 bytes"},
	} {
		_, err := Split("a.yaml", []byte("a: 1\n---\nb: 2\n"), test.limits)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Split with %+v = %v, want %q", test.limits, err, test.want)
		}
	}
}
