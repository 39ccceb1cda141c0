package kubefile

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"
)

func TestDestination(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want Dest
	}{
		{".", Dest{".", true}},
		{"./", Dest{".", true}},
		{"/", Dest{".", true}},
		{"..", Dest{".", true}},
		{"../../x", Dest{"x", false}},
		{"a", Dest{"a", false}},
		{"./a", Dest{"a", false}},
		{"/a//b/../c", Dest{"a/c", false}},
		{"a/", Dest{"a", true}},
		{"a/.", Dest{"a", true}},
		{"a/b/..", Dest{"a", true}},
		{"a..", Dest{"a..", false}},
	}
	for _, test := range tests {
		if got := destination(test.text); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.text, got, test.want)
		}
	}
}

func TestCopyFlags(t *testing.T) {
	t.Parallel()
	tests := []struct {
		flags string
		owner *Owner
		mode  fs.FileMode
	}{
		{"", nil, 0},
		{"--chown=1000", &Owner{1000, 1000}, 0},
		{"--chown=1:2", &Owner{1, 2}, 0},
		{"--chown=root:5", &Owner{0, 5}, 0},
		{"--chown=$OWNER", &Owner{7, 8}, 0},
		{`--chown="1:2"`, &Owner{1, 2}, 0},
		{"--chmod=0644", nil, 0o644},
		{"--chmod=7777", nil, 0o777 | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky},
		{"--chmod=2${X:-755}", nil, 0o755 | fs.ModeSetgid},
	}
	for _, test := range tests {
		for _, keyword := range []string{"COPY", "ADD"} {
			script := mustExpand(t, "FROM scratch\nARG OWNER=7:8\n"+keyword+" "+test.flags+" a b\n", ExpandOptions{})
			got, ok := script.Steps[0].(Copy)
			if !ok {
				got = script.Steps[0].(Add).Copy
			}
			if !reflect.DeepEqual(got.Owner, test.owner) || (got.Mode == nil) != (test.mode == 0) || got.Mode != nil && *got.Mode != test.mode {
				t.Errorf("%s %s: owner %v, mode %v; want %v, %v", keyword, test.flags, got.Owner, got.Mode, test.owner, test.mode)
			}
		}
	}
}

func TestCopyFlagErrors(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]string{
		"--chown=-1":          `"-1" cannot be looked up`,
		"--chown=1:":          `"1:" cannot be looked up`,
		"--chown=1:2:3":       `"1:2:3" cannot be looked up`,
		"--chown=4294967296":  `"4294967296" cannot be looked up`,
		"--chmod=10000":       `"10000" is not a file mode`,
		"--chmod=0o755":       `"0o755" is not a file mode`,
		"--chmod=789":         `"789" is not a file mode`,
		"--chmod=a+r":         `"a+r" is not a file mode`,
		"--chmod=$UNSET":      `"" is not a file mode`,
		"--from=builder":      "no build stages to copy from",
		"--chown=${A:?give}":  "A: give",
		"--chmod=${A:=1}":     "unknown operator",
		"--from=scratch":      "no build stages to copy from",
		"--chown=nobody:root": `"nobody:root" cannot be looked up`,
	} {
		_, err := Expand(mustParse(t, "FROM scratch\nCOPY "+flag+" a b\n"), ExpandOptions{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", flag, err, want)
		}
	}
}

func TestIsURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"http://a/b": true, "https://a/b": true, "ftp://a/b": false, "a/http://b": false, "local://a": false, "": false,
	} {
		if got := IsURL(text); got != want {
			t.Errorf("IsURL(%q) = %v", text, got)
		}
	}
}
