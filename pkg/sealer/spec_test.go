package sealer_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/sealer"
)

func TestReproducible(t *testing.T) {
	t.Parallel()
	text := func(spec sealer.Spec) string {
		annotations, err := spec.Annotations()
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal([]any{annotations, spec.Config()})
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	a, b := demoSpec(), demoSpec()
	slices.Reverse(b.Images)
	b.Images = append(b.Images, b.Images[0])
	b.Created = time.Unix(0, 0).In(time.FixedZone("east", 8*3600))
	if diff := cmp.Diff(text(a), text(b)); diff != "" {
		t.Errorf("order, repeats or time zone made a difference:\n%s", diff)
	}
	b.Created = time.Unix(1700000000, 0)
	if got := b.Config().Created.Format(time.RFC3339); got != "2023-11-14T22:13:20Z" {
		t.Errorf("created = %s", got)
	}
	if text(a) == text(b) {
		t.Error("the creation time is not written")
	}
}

func TestOptionalParts(t *testing.T) {
	t.Parallel()
	spec := sealer.Spec{
		Type: sealer.AppInstaller, Client: "x", Platform: ocispec.Platform{OS: "linux", Architecture: "arm64"},
		Base: &sealer.Base{Name: "sea.example/base:1", Digest: digest.FromString("base")},
	}
	got, err := spec.Annotations()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		sealer.AnnotationExtension:        `{"buildClient":{"sealerVersion":"x","buildahVersion":"none"},"schemaVersion":"v1alpha1","type":"app-installer","launch":{}}`,
		ocispec.AnnotationBaseImageName:   "sea.example/base:1",
		ocispec.AnnotationBaseImageDigest: digest.FromString("base").String(),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if labels := spec.Config().Config.Labels; labels != nil {
		t.Errorf("labels = %v, want none", labels)
	}
}

func TestEnv(t *testing.T) {
	t.Parallel()
	spec := demoSpec()
	spec.Env = []string{"A=1", "B=x=y", "A=2", "PATH=/bin", "E="}
	want := []string{"A=2", "B=x=y", "PATH=/bin", "E="}
	if diff := cmp.Diff(want, spec.Config().Config.Env); diff != "" {
		t.Error(diff)
	}
	wantMap := map[string]string{"A": "2", "B": "x=y", "PATH": "/bin", "E": ""}
	if diff := cmp.Diff(wantMap, spec.Extension().Env); diff != "" {
		t.Error(diff)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*sealer.Spec)
		want   string
	}{
		"type":     {func(s *sealer.Spec) { s.Type = "vm" }, `image type "vm"`},
		"platform": {func(s *sealer.Spec) { s.Platform.OS = "" }, "operating system"},
		"client":   {func(s *sealer.Spec) { s.Client = "" }, "building program"},
		"twice":    {func(s *sealer.Spec) { s.Applications = append(s.Applications, s.Applications[0]) }, `"app1" is declared twice`},
		"path":     {func(s *sealer.Spec) { s.Applications[0].Name = "../etc" }, `application "../etc"`},
		"shell":    {func(s *sealer.Spec) { s.Applications[0].Name = "a;b" }, `application "a;b"`},
		"file":     {func(s *sealer.Spec) { s.Applications[2].Files = []string{"a b.yaml"} }, `file "a b.yaml"`},
		"no type":  {func(s *sealer.Spec) { s.Applications[2].Type = "" }, "APPCMDS"},
		"no files": {func(s *sealer.Spec) { s.Applications[2].Files = nil }, "APPCMDS"},
		"launch":   {func(s *sealer.Spec) { s.Launch.AppNames = []string{"gone"} }, `launched application "gone"`},
		"both":     {func(s *sealer.Spec) { s.Launch.Cmds = []string{"true"} }, "commands only"},
		"plugin":   {func(s *sealer.Spec) { s.CSI = []string{"disk"} }, `plugin "disk"`},
		"env":      {func(s *sealer.Spec) { s.Env = []string{"A"} }, `environment "A"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := demoSpec()
			tt.change(&spec)
			if _, err := spec.Annotations(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want one about %q", err, tt.want)
			}
			if _, err := spec.Manifest(ocispec.Descriptor{}); err == nil {
				t.Error("Manifest took it")
			}
		})
	}
}

func TestFoldLabels(t *testing.T) {
	t.Parallel()
	labels := map[string]string{
		sealer.LabelCNI + "-b": "true", sealer.LabelCNI + "-a": "true", sealer.LabelCSI + "-disk": "true", "x": "y",
	}
	before := maps.Clone(labels)
	want := map[string]string{sealer.LabelCNI: `["a","b"]`, sealer.LabelCSI: `["disk"]`, "x": "y"}
	if diff := cmp.Diff(want, sealer.FoldLabels(labels)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, labels); diff != "" {
		t.Errorf("the argument changed: %s", diff)
	}
	if got := sealer.FoldLabels(nil); got != nil {
		t.Errorf("no labels folded to %v", got)
	}
}
