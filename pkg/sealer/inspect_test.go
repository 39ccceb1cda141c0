package sealer_test

import (
	"encoding/json"
	"errors"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/sealer"
)

func TestInspectRefuses(t *testing.T) {
	t.Parallel()
	plain := ocispec.Manifest{Config: ocispec.DescriptorEmptyJSON}
	notJSON := ocispec.Manifest{Config: plain.Config, Annotations: map[string]string{sealer.AnnotationExtension: "{"}}
	badList := ocispec.Manifest{Config: plain.Config, Annotations: map[string]string{
		sealer.AnnotationExtension: "{}", sealer.AnnotationImages: "{}",
	}}
	for name, manifest := range map[string]ocispec.Manifest{
		"no annotation": plain, "bad extension": notJSON, "bad list": badList, "no config": {},
	} {
		data, err := json.Marshal(manifest)
		if err != nil {
			t.Fatal(err)
		}
		_, err = sealer.Inspect("x", data, []byte("{}"))
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if got, want := errors.Is(err, sealer.ErrNotClusterImage), name == "no annotation"; got != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := sealer.Inspect("x", sample(t, "demo-manifest.json"), []byte("[")); err == nil {
		t.Error("bad config taken")
	}
}

func FuzzInspect(f *testing.F) {
	f.Add(sample(f, "demo-manifest.json"), sample(f, "demo-config.json"))
	f.Add([]byte(`{"config":{"digest":"x"}}`), []byte(`{}`))
	f.Fuzz(func(t *testing.T, manifest, config []byte) {
		image, err := sealer.Inspect("x", manifest, config)
		if err != nil {
			return
		}
		image.Extension.LaunchCommands()
		if _, err := json.Marshal(image); err != nil {
			t.Fatalf("what was inspected cannot be shown: %v", err)
		}
	})
}
