package kubefile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseJSON(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text      string
		ok        bool
		want      []string
		notString int
		end       int
	}{
		{`[]`, true, nil, -1, 2},
		{`[ "a" , "b" ] c`, true, []string{"a", "b"}, -1, 13},
		{`["\"\\\u00e4\n"]`, true, []string{"\"\\ä\n"}, -1, 16},
		{"[\t\"a\tb\"\t]", true, []string{"a b"}, -1, 9},
		{`["a", 1, "b", null]`, true, []string{"a", "b"}, 6, 19},
		{`[["a"]]`, true, nil, 1, 7},
		{`["a"`, false, nil, 0, 0},
		{`["a",]`, false, nil, 0, 0},
		{`['a']`, false, nil, 0, 0},
		{`[a]`, false, nil, 0, 0},
		{`[ -f x ]`, false, nil, 0, 0},
		{`"a"`, false, nil, 0, 0},
		{``, false, nil, 0, 0},
	}
	for _, test := range tests {
		l, _ := readLogical(test.text)
		array, ok := parseJSON(l, 0)
		if ok != test.ok {
			t.Errorf("%s: array %v, want %v", test.text, ok, test.ok)
		}
		if !ok {
			continue
		}
		var got []string
		for _, word := range array.words {
			got = append(got, word.Text)
		}
		if diff := cmp.Diff(test.want, got); diff != "" || array.notString != test.notString || array.end != test.end {
			t.Errorf("%s: not a string at %d, end %d; want %d, %d (-want +got):\n%s",
				test.text, array.notString, array.end, test.notString, test.end, diff)
		}
	}
}

func TestQuoteJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":            `""`,
		`a "b" \c`:    `"a \"b\" \\c"`,
		"<a> && b":    `"<a> && b"`,
		"tab\tnewl\n": `"tab\tnewl\n"`,
		"ä…":          `"ä…"`,
	} {
		if got := quoteJSON(text); got != want {
			t.Errorf("%q is written %s, want %s", text, got, want)
		}
	}
}
