package typo

import (
	"strings"
	"testing"
)

func TestMeant(t *testing.T) {
	t.Parallel()
	known := []string{"FROM", "COPY", "APP", "APPCMDS", "istio", "cert-manager", "readyTimeout", "a"}
	for word, want := range map[string]string{
		"FORM": "FROM", "from": "FROM", "COPPY": "COPY", "CPY": "COPY", "ACP": "APP", "istoi": "istio", "itsio": "istio",
		"certmanager": "cert-manager", "cert-manger": "cert-manager", "ready-timeout": "readyTimeout", "APPCMD": "APPCMDS",
		"b": "", "": "", "XYZ": "", "nginx": "", "frommage": "", strings.Repeat("istio", 20): "",
	} {
		if got := Meant(word, known); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := Meant("cap", []string{"cat", "car"}); got != "car" {
		t.Errorf("of two equally near ones %q", got)
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "ab", 2}, {"ab", "", 2}, {"ab", "ba", 1}, {"abc", "acb", 1}, {"abcd", "abxd", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%s, %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestHint(t *testing.T) {
	t.Parallel()
	if got := Hint("on", []string{"two", "one"}, "there are "); got != "did you mean one?" {
		t.Error(got)
	}
	if got := Hint("nothing", []string{"two", "one"}, "there are "); got != "there are one, two" {
		t.Error(got)
	}
}
