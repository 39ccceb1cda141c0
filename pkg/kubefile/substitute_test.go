package kubefile

import (
	"slices"
	"strings"
	"testing"
)

func TestSubstitute(t *testing.T) {
	t.Parallel()
	env := map[string]string{"A": "1", "B": "two words", "E": "", "_x9": "u", "ä": "umlaut"}
	tests := []struct{ word, want string }{
		{"", ""},
		{"plain", "plain"},
		{"$A${A}-$A-", "11-1-"},
		{"$B", "two words"},
		{"$_x9.$ä", "u.umlaut"},
		{"$A1", ""}, // another name
		{"$1A", "A"},
		{"$00A", "A"},
		{"a$", "a$"},
		{"$.", "$."},
		{"$$", ""}, // a parameter of the shell, which has no value here
		{`\$A \\ \a`, `$A \ a`},
		{`end\`, "end"},
		{`'$A "\'`, `$A "\`},
		{`"$A '${A}' \"\$\\ \a"`, `1 '1' "$\ \a`},
		{`a"b"'c'd`, "abcd"},
		{"${E:-d}${E-d}${N:-d}${N-d}${A:-d}", "ddd1"},
		{"${E:+a}${E+a}${N:+a}${N+a}${A:+a}", "aa"},
		{"${A:?no}${E?no}", "1"},
		{`${N:-"a b"}${N:-$A}${N:-${E:-x}}`, "a b1x"},
		{`${N:-\}}`, "}"},
	}
	for _, test := range tests {
		s := &substituter{text: test.word, escape: '\\', limit: 100, quotes: true, lookup: func(name string) (string, bool) {
			value, ok := env[name]
			return value, ok
		}}
		got, err := s.replace()
		if err != nil || got != test.want {
			t.Errorf("%s becomes %q, %v; want %q", test.word, got, err, test.want)
		}
	}
}

func TestSubstituteErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ word, want string }{
		{`'a`, "a single quote is not closed"},
		{`"a`, "a double quote is not closed"},
		{`"$`, "a double quote is not closed"},
		{"${A", "${A has no }"},
		{"${A:-x", "${A has no }"},
		{"${A:", "${A has no }"},
		{"${}", "${ has no name behind it"},
		{"${", "${ has no name behind it"},
		{"${A%x}", "${A} has the unknown operator '%'"},
		{"${A:=x}", "${A} has the unknown operator '='"},
		{"${N?}", "N: it must have a value"},
		{"${E:?say what}", "E: say what"},
		{`"${N:-'}"`, "a single quote is not closed"},
	}
	for _, test := range tests {
		s := &substituter{text: test.word, escape: '\\', limit: 100, quotes: true, lookup: func(name string) (string, bool) { return "", name == "E" }}
		got, err := s.replace()
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s gives %q and error %v, want %q", test.word, got, err, test.want)
		}
	}
}

func TestSubstituteUndefined(t *testing.T) {
	t.Parallel()
	s := &substituter{text: `$A ${B} "$C" ${D:-x} ${E+y} '$F'`, escape: '\\', limit: 100, quotes: true, lookup: func(string) (string, bool) { return "", false }}
	if _, err := s.replace(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"A", "B", "C"}; !slices.Equal(s.undefined, want) {
		t.Errorf("undefined: %v, want %v", s.undefined, want)
	}
}

func TestSubstituteWithoutQuotes(t *testing.T) {
	t.Parallel()
	s := &substituter{text: "it's `$A", escape: '`', limit: 100, lookup: func(string) (string, bool) { return "1", true }}
	if got, err := s.replace(); err != nil || got != "it's $A" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestSubstituteBounds(t *testing.T) {
	t.Parallel()
	long := func(string) (string, bool) { return strings.Repeat("x", 60), true }
	for _, word := range []string{"$A$A", `"$A$A"`, "${N:+$A$A}"} {
		s := &substituter{text: word, escape: '\\', quotes: true, limit: 100, lookup: long}
		if _, err := s.replace(); err == nil || !strings.Contains(err.Error(), "exceed the bound of") {
			t.Errorf("%s: error %v", word, err)
		}
	}
	s := &substituter{text: strings.Repeat("${A:+", 100000), limit: 100, lookup: long}
	if _, err := s.replace(); err == nil || !strings.Contains(err.Error(), "nested deeper than the bound of 50") {
		t.Errorf("error %v", err)
	}
}
