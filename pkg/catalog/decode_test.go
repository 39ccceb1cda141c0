package catalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/catalog"
)

func TestDecodeReportsWhereAndWhat(t *testing.T) {
	t.Parallel()
	const at = "demo/component.yaml:"
	for name, test := range map[string]struct {
		lines string // after minimal, so the first is line 10
		want  []string
	}{
		"unknown key":        {"colour: blue\n", []string{at + `10:1: unknown key "colour"; known here: allow, `}},
		"mistyped key":       {"image: []\n", []string{at + `10:1: unknown key "image"; did you mean images?`}},
		"other case":         {"ready-timeout: 5m\n", []string{at + `10:1: unknown key "ready-timeout"; did you mean readyTimeout?`}},
		"inner key":          {"images:\n  - name: a.io/b:1\n    colour: blue\n    found: rendered\n", []string{at + `12:5: unknown key "colour"; known here: extra, found, name`}},
		"duplicate":          {"namespace: other\n", []string{at + `10:1: key "namespace" is given twice; first in line 9`}},
		"inner duplicate":    {"install:\n  charts: []\n  charts: []\n", []string{at + `12:3: key "charts" is given twice; first in line 11`}},
		"duplicate in a map": {"secrets:\n  - name: a\n    for: b\n    generate: [c]\n    values:\n      d: e\n      d: f\n", []string{at + `16:7: key "d" is given twice; first in line 15`}},
		"text for list":      {"requires: cert-manager\n", []string{at + "10:11: requires must be a list, not text"}},
		"list for mapping":   {"install: []\n", []string{at + "10:10: install must be a mapping, not a list"}},
		"mapping for text":   {"kubernetes: {a: b}\n", []string{at + "10:13: kubernetes must be text, not a mapping"}},
		"number for text":    {"kubernetes: 1.30\n", []string{at + "10:13: kubernetes must be text, not a number; put 1.30 in quotes"}},
		"truth for text":     {"requires: [yes, true]\n", []string{at + "10:17: requires[1] must be text, not a truth value; put true in quotes"}},
		"text for truth":     {"install:\n  manifests:\n    - path: a.yaml\n      first: sure\n", []string{at + "13:14: install.manifests[0].first must be true or false, not text"}},
		"text for number":    {"install:\n  manifests:\n    - path: a.yaml\n      edits: [{find: a, count: many}]\n", []string{at + "13:32: install.manifests[0].edits[0].count must be a whole number, not text"}},
		"negative number":    {"install:\n  manifests:\n    - path: a.yaml\n      edits: [{find: a, count: -1}]\n", []string{at + "13:32: install.manifests[0].edits[0].count must be a whole number"}},
		"bad duration":       {"readyTimeout: soon\n", []string{at + `10:15: readyTimeout: "soon" is not a duration; write it as 90s or 10m`}},
		"list for duration":  {"readyTimeout: [5m]\n", []string{at + "10:15: readyTimeout must be plain text, not a list"}},
		"no value":           {"requires:\nconflicts:\n", []string{at + "10:10: requires has no value", at + "11:12: conflicts has no value"}},
		"empty text":         {"kubernetes: \"\"\n", []string{at + "10:13: kubernetes is empty"}},
		"missing inner":      {"images:\n  - found: rendered\n", []string{at + "11:5: images[0].name is missing"}},
		"anchor":             {"requires: &r [a]\nconflicts: *r\n", []string{at + "10:11: anchors, aliases", at + "11:12: anchors, aliases"}},
		"tag":                {"requires: !!seq [a]\n", []string{at + "10:11: anchors, aliases, merges and tags"}},
		"number as key":      {"1: a\n", []string{at + "10:1: a key must be plain text, not a number"}},
		"all at once":        {"colour: blue\nreadyTimeout: soon\nrequires: a\n", []string{at + "10:1: unknown key", at + "11:15: readyTimeout", at + "12:11: requires must be"}},
		"two documents":      {"---\nname: b\n", []string{"demo/component.yaml: want exactly one YAML document, found 2"}},
		"not YAML":           {"a: b: c: [\n", []string{at + "10:"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := problems(t, map[string]string{"demo": minimal + test.lines})
			if len(got) != len(test.want) {
				t.Fatalf("got %d problems, want %d:\n%s", len(got), len(test.want), strings.Join(got, "\n"))
			}
			for i := range got {
				if !strings.HasPrefix(got[i], test.want[i]) {
					t.Errorf("got  %s\nwant %s…", got[i], test.want[i])
				}
			}
		})
	}
}

func TestDecodeWantsAMapping(t *testing.T) {
	t.Parallel()
	want := []string{"demo/component.yaml:1:1: the document must be a mapping, not a list"}
	if diff := cmp.Diff(want, problems(t, map[string]string{"demo": "- a\n"})); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestDecodeNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	var got []string
	for _, p := range problems(t, map[string]string{"demo": "homepage: https://a.io\n"}) {
		_, message, _ := strings.Cut(p, ": ")
		got = append(got, message)
	}
	want := []string{"description is missing", "group is missing", "name is missing", "title is missing", "version is missing"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestDecodeIsBounded(t *testing.T) {
	t.Parallel()
	for name, nested := range map[string]string{
		"lists":    strings.Repeat("[", 500_000),
		"mappings": strings.Repeat("{a: ", 100_000),
		"dashes":   "\n  " + strings.Repeat("- ", 200_000),
	} {
		got := problems(t, map[string]string{"demo": minimal + "requires: " + nested})
		if len(got) != 1 || !strings.HasSuffix(got[0], "nested deeper than the limit of 100") {
			t.Errorf("%s: %.200q", name, got)
		}
	}
	_, err := catalog.Load(folder(map[string]string{"demo": minimal + strings.Repeat("# filler\n", 1<<17)}))
	if err == nil || !strings.Contains(err.Error(), "longer than the limit of 1048576 bytes") {
		t.Errorf("a file over the limit: %v", err)
	}
}

func TestDecodeKeepsWhatIsWritten(t *testing.T) {
	t.Parallel()
	c := get(t, load(t, map[string]string{"demo/tool": "x", "demo": minimal + `
readyTimeout: 90s
install:
  hostFiles:
    - {path: tool, dest: bin/tool, mode: 0755, size: 1.5KiB}
    - {path: tool, dest: etc/tool}
  manifests:
    - path: tool
      name: tool.yaml
      edits:
        - find: |
            two
            lines
          count: 3
images:
  - {name: "a.io/b:1", extra: a reason, size: 2MiB}
  - {name: "a.io/c:1", found: operator, platforms: [linux/arm64]}
`}), "demo")
	if got := time.Duration(c.ReadyTimeout); got != 90*time.Second {
		t.Errorf("readyTimeout %v", got)
	}
	files := c.Install.HostFiles
	if files[0].FileMode() != 0o755 || files[1].FileMode() != 0o644 || files[0].Size != 1536 {
		t.Errorf("files %+v", files)
	}
	wantEdit := catalog.Edit{Find: "two\nlines\n", Count: 3}
	if diff := cmp.Diff([]catalog.Edit{wantEdit}, c.Install.Manifests[0].Edits); diff != "" {
		t.Errorf("edits (-want +got):\n%s", diff)
	}
	wantImages := []catalog.Image{
		{Name: "a.io/b:1", Extra: "a reason", Size: 2 << 20, Platforms: []string{"linux/amd64"}},
		{Name: "a.io/c:1", Found: catalog.FoundOperator, Platforms: []string{"linux/arm64"}},
	}
	if diff := cmp.Diff(wantImages, c.Images); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(minimal)
	f.Add(minimal + "images:\n  - {name: a.io/b:1, found: rendered, publishedAs: {linux/amd64: c}}\n")
	f.Add("a: [\n")
	f.Add("? a\n: b\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := catalog.Load(folder(map[string]string{"demo": text}))
		if (c == nil) == (err == nil) {
			t.Fatalf("catalog %v, error %v", c, err)
		}
		if c != nil {
			c.Lint()
			if _, err := get(t, c, "demo").LaunchScript(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
