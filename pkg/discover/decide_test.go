package discover

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// found makes a finding of an image at a path.
func found(t *testing.T, image, path string, c Confidence) Finding {
	t.Helper()
	ref, s := readRef(image)
	if s == notRef {
		t.Fatalf("%q is no image", image)
	}
	return Finding{Evidence{Component: "demo", File: "a.yaml", Object: "Pod p", Path: path, Rule: "test", Raw: image}, ref, c}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	certain := found(t, "quay.io/demo/a:2", "spec.a", Certain)
	suspect := found(t, "quay.io/demo/s:1", "spec.s", Suspected)
	listed := found(t, "quay.io/demo/l:1", "annotations", Declared)
	tests := []struct {
		name     string
		declared []DeclaredImage
		exclude  []Exclusion
		findings []Finding
		images   []string
		excluded []string
		problems []string // "kind image"
	}{
		{
			name: "nothing", images: nil,
		},
		{
			name: "declared and found", declared: []DeclaredImage{{Image: "quay.io/demo/a:2"}},
			findings: []Finding{certain, certain}, images: []string{"quay.io/demo/a:2"},
		},
		{
			name: "found and not declared", findings: []Finding{certain},
			images: []string{"quay.io/demo/a:2"}, problems: []string{"undeclared quay.io/demo/a:2"},
		},
		{
			name: "an author's list counts as found", findings: []Finding{listed},
			images: []string{"quay.io/demo/l:1"}, problems: []string{"undeclared quay.io/demo/l:1"},
		},
		{
			name: "declared and gone", declared: []DeclaredImage{{Image: "quay.io/demo/a:1"}, {Image: "quay.io/demo/a:2"}},
			findings: []Finding{certain}, images: []string{"quay.io/demo/a:2"}, problems: []string{"vanished quay.io/demo/a:1"},
		},
		{
			name: "compiled in", declared: []DeclaredImage{{Image: "quay.io/demo/x:1", Extra: "the operator starts it"}},
			images: []string{"quay.io/demo/x:1"},
		},
		{
			name: "suspected, undecided", findings: []Finding{suspect}, problems: []string{"undecided quay.io/demo/s:1"},
		},
		{
			name: "suspected, included", declared: []DeclaredImage{{Image: "quay.io/demo/s:1"}},
			findings: []Finding{suspect}, images: []string{"quay.io/demo/s:1"},
		},
		{
			name: "suspected, excluded", exclude: []Exclusion{{"quay.io/demo/s:1", "off by default"}},
			findings: []Finding{suspect}, excluded: []string{"quay.io/demo/s:1"},
		},
		{
			name: "excluded by pattern", exclude: []Exclusion{{"quay.io/demo/*", "off"}},
			findings: []Finding{suspect, certain}, excluded: []string{"quay.io/demo/a:2", "quay.io/demo/s:1"},
		},
		{
			name: "exclusion without a reason", exclude: []Exclusion{{"quay.io/demo/s:1", ""}},
			findings: []Finding{suspect}, excluded: []string{"quay.io/demo/s:1"}, problems: []string{"invalid quay.io/demo/s:1"},
		},
		{
			name: "exclusion of nothing", exclude: []Exclusion{{"quay.io/demo/s:1", "off"}}, problems: []string{"stale quay.io/demo/s:1"},
		},
		{
			name: "declared and excluded", declared: []DeclaredImage{{Image: "quay.io/demo/a:2"}}, exclude: []Exclusion{{"quay.io/demo/a:2", "off"}},
			findings: []Finding{certain}, images: []string{"quay.io/demo/a:2"}, problems: []string{"invalid quay.io/demo/a:2"},
		},
		{
			name: "not an image", declared: []DeclaredImage{{Image: "Quay.io/Demo"}}, problems: []string{"invalid Quay.io/Demo"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := Decide(Component{"demo", test.declared, test.exclude}, &Report{Findings: test.findings})
			var images, excluded, problems []string
			for _, n := range d.Images {
				images = append(images, n.Image.String())
			}
			for _, e := range d.Excluded {
				excluded = append(excluded, e.Image.String())
			}
			for _, p := range d.Problems {
				problems = append(problems, string(p.Kind)+" "+p.Image)
			}
			if diff := cmp.Diff([][]string{test.images, test.excluded, test.problems}, [][]string{images, excluded, problems}); diff != "" {
				t.Errorf("decision (-want +got):\n%s", diff)
			}
			if (d.Err() != nil) != (len(test.problems) > 0) {
				t.Errorf("Err() = %v with problems %v", d.Err(), problems)
			}
		})
	}
}

func TestDecideUnreadable(t *testing.T) {
	t.Parallel()
	report := &Report{Unreadable: []Remark{{Evidence{File: "a.yaml", Path: "spec.x", Raw: "${image}"}, "not an image name"}}}
	if err := Decide(Component{Name: "demo"}, report).Err(); err == nil {
		t.Error("an unreadable place passed")
	}
	exclude := []Exclusion{{"${image}", "the cloud fills it in"}}
	if err := Decide(Component{Name: "demo", Exclude: exclude}, report).Err(); err != nil {
		t.Errorf("an excluded place is still a problem: %v", err)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	findings := []Finding{found(t, "quay.io/demo/a:2", "spec.a", Certain)}
	for range 4 {
		findings = append(findings, found(t, "quay.io/demo/s:1", "spec.s", Suspected))
	}
	got := Decide(Component{Name: "demo", Declared: []DeclaredImage{{Image: "quay.io/demo/a:1"}}}, &Report{Findings: findings}).Diff()
	want := strings.TrimPrefix(`
- quay.io/demo/a:1
    is declared and no longer found; found instead: quay.io/demo/a:2
+ quay.io/demo/a:2
    was found and is not declared: add it to the component's images, or exclude it with a reason
    a.yaml: Pod p: spec.a (test)
? quay.io/demo/s:1
    looks like an image, and no rule says that it is one: add it to the component's images, or exclude it with a reason
    a.yaml: Pod p: spec.s (test)
    a.yaml: Pod p: spec.s (test)
    a.yaml: Pod p: spec.s (test)
    and 1 more places
`, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("diff (-want +got):\n%s", diff)
	}
}
