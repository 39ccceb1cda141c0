package discover

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const tree = `
a: {b: [{c: one}, {c: two}], "x.y/z": note}
m: {k1: {v: 1}, k2: {v: 2}}
base: &base {v: merged}
d: {<<: *base, w: own}
null_: null
`

func TestSelector(t *testing.T) {
	t.Parallel()
	root, err := parseYAML([]byte(tree))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		path string
		want []string // "path=value"
	}{
		{"a.b[*].c", []string{"a.b[0].c=one", "a.b[1].c=two"}},
		{"m.*.v", []string{"m.k1.v=1", "m.k2.v=2"}},
		{`a["x.y/z"]`, []string{`a["x.y/z"]=note`}},
		{"d.v", []string{"d.v=merged"}},
		{"d.w", []string{"d.w=own"}},
		{"^a.b[*].c", []string{"a.b[0].c=one", "a.b[1].c=two"}},
		{"a.none", nil},
		{"a.b.c", nil},
		{"null_", []string{"null_="}},
	}
	for _, test := range tests {
		sel, err := parseSelector(test.path)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range sel.find(spot{root, nil}) {
			got = append(got, s.at.String()+"="+text(s.node))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.path, diff)
		}
	}
}

func TestImageTemplate(t *testing.T) {
	t.Parallel()
	root, err := parseYAML([]byte(`{hub: quay.io, part: {base: a/b, empty: ""}, version: v1}`))
	if err != nil {
		t.Fatal(err)
	}
	part := spot{get(root, "part"), (&place{}).child("part")}
	tests := []struct{ template, want string }{
		{"{^hub}/x:{^version}", "quay.io/x:v1"},
		{"{base}:{version|^version}", "a/b:v1"},
		{`{none|"c/d"}:{empty|"v2"}`, "c/d:v2"},
		{"fixed:1", "fixed:1"},
		{"{none}:1", ""},
		{"{empty}:1", ""},
	}
	for _, test := range tests {
		parsed, err := parseTemplate(test.template)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := parsed.build(spot{root, nil}, part)
		if got.raw != test.want && ok || ok != (test.want != "") {
			t.Errorf("%s = %q, %v, want %q", test.template, got.raw, ok, test.want)
		}
	}
	if _, err := parseTemplate(`{"unclosed}`); err == nil || !strings.Contains(err.Error(), "constant") {
		t.Errorf("parseTemplate of an open constant = %v", err)
	}
}
