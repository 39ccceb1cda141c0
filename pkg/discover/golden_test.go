package discover_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"

	"github.com/opc-source/opc-image/pkg/chart"
	"github.com/opc-source/opc-image/pkg/chart/kustomize"
	"github.com/opc-source/opc-image/pkg/chart/manifest"
	"github.com/opc-source/opc-image/pkg/discover"
)

var update = flag.Bool("update", false, "write what is found into testdata/discovery; read the diff before you commit it")

const corpus = "../../testdata/discovery"

// TestCorpus runs every case of testdata/discovery; its README tells the format.
func TestCorpus(t *testing.T) {
	t.Parallel()
	cases, err := filepath.Glob(filepath.Join(corpus, "*.txtar"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases in %s: %v", corpus, err)
	}
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runCase(t, file)
		})
	}
}

func runCase(t *testing.T, file string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	in, want := fstest.MapFS{}, ""
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		in[f.Name] = &fstest.MapFile{Data: expand(f.Data), Mode: 0o644}
	}
	got := outcome(in)
	if *update && got != want {
		writeWant(t, file, archive, got)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("found differs from want (-want +got):\n%s", diff)
	}
}

func writeWant(t *testing.T, file string, archive *txtar.Archive, got string) {
	t.Helper()
	var kept []txtar.File
	for _, f := range archive.Files {
		if f.Name != "want" {
			kept = append(kept, f)
		}
	}
	archive.Files = append(kept, txtar.File{Name: "want", Data: []byte(got)})
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

var (
	longText = regexp.MustCompile(`@@long (\d+)@@`)
	repeated = regexp.MustCompile(`(?s)^@@repeat (\d+)@@\n(.*)$`)
)

// expand makes large inputs out of small ones: "@@long N@@" is N letters, and a
// file that starts with "@@repeat N@@" is its rest N times, with @@i@@ counting.
func expand(data []byte) []byte {
	data = longText.ReplaceAllFunc(data, func(m []byte) []byte {
		n, _ := strconv.Atoi(string(longText.FindSubmatch(m)[1]))
		return bytes.Repeat([]byte("x"), n)
	})
	m := repeated.FindSubmatch(data)
	if m == nil {
		return data
	}
	n, _ := strconv.Atoi(string(m[1]))
	var out bytes.Buffer
	for i := range n {
		out.Write(bytes.ReplaceAll(m[2], []byte("@@i@@"), []byte(strconv.Itoa(i))))
	}
	return out.Bytes()
}

// outcome is the text a case is compared by: the findings and what was skipped,
// or the error.
func outcome(in fstest.MapFS) string {
	report, err := discoverAll(in)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var b strings.Builder
	for _, f := range report.Findings {
		fmt.Fprintf(&b, "%s %s\n  %s\n", f.Confidence, f.Image, f.Evidence)
	}
	for _, r := range report.Unreadable {
		fmt.Fprintf(&b, "unreadable %q\n  %s\n", r.Raw, r.Evidence)
	}
	for _, r := range report.Skipped {
		fmt.Fprintf(&b, "skipped %q: %s\n  %s\n", r.Raw, r.Reason, r.Evidence)
	}
	return b.String()
}

// discoverAll reads chart/, kustomize/ and the YAML files at the top of a case.
func discoverAll(in fstest.MapFS) (*discover.Report, error) {
	ctx := context.Background()
	docs, err := plain(in)
	if err != nil {
		return nil, err
	}
	var listed discover.Report
	if sub, ok := subtree(in, "chart"); ok {
		c, err := chart.LoadDir(sub, chart.Limits{})
		if err != nil {
			return nil, err
		}
		opts := chart.Options{Release: "demo", Namespace: "apps"}
		if f, ok := in["options.json"]; ok {
			if err := yaml.UnmarshalStrict(f.Data, &opts); err != nil {
				return nil, err
			}
		}
		if f, ok := in["values"]; ok {
			opts.Values = [][]byte{f.Data}
		}
		rendered, err := chart.Render(ctx, c, opts)
		if err != nil {
			return nil, err
		}
		docs = append(docs, rendered...)
		r, err := discover.ChartAnnotations("demo", c.ID(), c.Annotations())
		if err != nil {
			return nil, err
		}
		listed = *r
	}
	if sub, ok := subtree(in, "kustomize"); ok {
		built, err := kustomize.Build(ctx, sub, "overlay", kustomize.Limits{})
		if err != nil {
			return nil, err
		}
		docs = append(docs, built...)
	}
	finder, err := discover.New(discover.Limits{})
	if err != nil {
		return nil, err
	}
	report, err := finder.Find(ctx, "demo", docs)
	if err != nil {
		return nil, err
	}
	return discover.Merge(listed, *report), nil
}

func plain(in fstest.MapFS) ([]manifest.Document, error) {
	var docs []manifest.Document
	for name, f := range in {
		if path.Dir(name) != "." || path.Ext(name) != ".yaml" {
			continue
		}
		split, err := manifest.Split(name, f.Data, manifest.Limits{})
		if err != nil {
			return nil, err
		}
		docs = append(docs, split...)
	}
	return docs, nil
}

func subtree(in fstest.MapFS, dir string) (fstest.MapFS, bool) {
	out := fstest.MapFS{}
	for name, f := range in {
		if rest, ok := strings.CutPrefix(name, dir+"/"); ok {
			out[rest] = f
		}
	}
	return out, len(out) > 0
}
