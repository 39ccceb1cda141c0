package assemble_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/assemble"
	"github.com/opc-source/opc-image/pkg/lock"
)

// TestScratch assembles an image of files alone.
func TestScratch(t *testing.T) {
	t.Parallel()
	s := open(t)
	l := base(t, s, false)
	b := definition()
	b.From, b.User, b.Ports, b.Labels, b.WorkDir = "", "0", nil, nil, ""
	pin, err := assemble.Assemble(t.Context(), b, []string{arm}, &lock.Lock{Downloads: l.Downloads}, s, epoch)
	if err != nil {
		t.Fatal(err)
	}
	var m ocispec.Manifest
	var config ocispec.Image
	read(t, s, ocispec.Descriptor{Digest: pin.Platforms[0].Digest, Size: pin.Platforms[0].Size}, &m)
	read(t, s, m.Config, &config)
	want := ocispec.ImageConfig{User: "0", Env: []string{"LANG=en", "NEW=1"}, Entrypoint: []string{"java", "-jar"}, Cmd: []string{"/opt/app.jar"}}
	if diff := cmp.Diff(want, config.Config); diff != "" {
		t.Error(diff)
	}
	if len(m.Layers) != 1 || m.SchemaVersion != 2 || m.MediaType != ocispec.MediaTypeImageManifest || len(m.Annotations) > 0 {
		t.Errorf("manifest %+v", m)
	}
	if config.Architecture != "arm64" || config.OS != "linux" || config.RootFS.Type != "layers" || len(config.RootFS.DiffIDs) != 1 {
		t.Errorf("config %+v", config)
	}
	if _, err := assemble.Assemble(t.Context(), b, []string{"nothing/at/all/of/it"}, l, s, epoch); err == nil {
		t.Error("a platform that is none")
	}
}
