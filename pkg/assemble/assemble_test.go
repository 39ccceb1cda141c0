package assemble_test

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/containerd/platforms"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/assemble"
	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/store"
)

const (
	amd = "linux/amd64"
	arm = "linux/arm64"

	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerConfig   = "application/vnd.docker.container.image.v1+json"
	dockerLayer    = "application/vnd.docker.image.rootfs.diff.tar.gzip"
)

// epoch is the time stamp of what is assembled.
var epoch = time.Unix(0, 0).UTC()

func put(t *testing.T, s *store.Store, v any) ocispec.Descriptor {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Put(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return ocispec.Descriptor{Digest: d, Size: int64(len(data))}
}

// base stores a base image of two platforms, in docker's or OCI's media types,
// and pins it.
func base(t *testing.T, s *store.Store, docker bool) *lock.Lock {
	t.Helper()
	manifest, config, layerType := ocispec.MediaTypeImageManifest, ocispec.MediaTypeImageConfig, ocispec.MediaTypeImageLayerGzip
	if docker {
		manifest, config, layerType = dockerManifest, dockerConfig, dockerLayer
	}
	pin := lock.Image{Name: "r.example/jre:1", BaseOnly: true}
	for _, platform := range []string{amd, arm} {
		c := put(t, s, ocispec.Image{
			Platform: platforms.MustParse(platform),
			Config: ocispec.ImageConfig{
				Env: []string{"PATH=/bin", "LANG=C", "LANGUAGE=en"}, Entrypoint: []string{"/sh"}, Cmd: []string{"-i"}, User: "root",
				Labels: map[string]string{"base": "1", "who": "base"}, ExposedPorts: map[string]struct{}{"80/tcp": {}}, WorkingDir: "/base",
			},
			RootFS:  ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromString("diff " + platform)}},
			History: []ocispec.History{{CreatedBy: "base"}},
		})
		c.MediaType = config
		m := put(t, s, ocispec.Manifest{
			Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: manifest, Config: c,
			Layers: []ocispec.Descriptor{{MediaType: layerType, Digest: digest.FromString("layer " + platform), Size: 100}},
		})
		pin.Platforms = append(pin.Platforms, lock.Manifest{Platform: platform, Digest: m.Digest, MediaType: manifest, Size: m.Size})
	}
	jar, err := s.Put(t.Context(), []byte("jar"))
	if err != nil {
		t.Fatal(err)
	}
	return &lock.Lock{Images: []lock.Image{pin}, Downloads: []lock.Download{{Source: "https://x.example/app.jar", Digest: jar, Size: 3}}}
}

func definition() compose.Build {
	return compose.Build{
		Owner: "demo",
		Build: catalog.Build{
			Name: "opc.internal/demo:1", From: "r.example/jre:1", User: "1000:1000", WorkDir: "/tmp",
			Entrypoint: []string{"java", "-jar"}, Cmd: []string{"/opt/app.jar"}, Env: map[string]string{"LANG": "en", "NEW": "1"},
			Ports: []string{"8080/tcp"}, Labels: map[string]string{"who": "demo"},
		},
		Contents: []compose.File{
			{Name: "opt/app.jar", Mode: 0o644, Content: compose.Content{Source: "https://x.example/app.jar"}},
			{Name: "opt/arch", Mode: 0o755, Platform: amd, Content: compose.Content{Data: []byte("amd")}},
			{Name: "opt/arch", Mode: 0o755, Platform: arm, Content: compose.Content{Data: []byte("arm")}},
		},
	}
}

func open(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.TempDir(), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func read(t *testing.T, s *store.Store, desc ocispec.Descriptor, v any) {
	t.Helper()
	data, err := s.ReadAll(t.Context(), desc)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAssemble(t *testing.T) {
	t.Parallel()
	for name, docker := range map[string]bool{"OCI base": false, "docker base": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			l := base(t, s, docker)
			pin, err := assemble.Assemble(t.Context(), definition(), []string{amd, arm}, l, s, epoch)
			if err != nil {
				t.Fatal(err)
			}
			if pin.Name != "opc.internal/demo:1" || !pin.Assembled || len(pin.Platforms) != 2 {
				t.Errorf("%+v", pin)
			}
			var index ocispec.Index
			read(t, s, ocispec.Descriptor{Digest: pin.Digest, Size: pin.Size}, &index)
			for i, desc := range index.Manifests {
				p := pin.Platforms[i]
				if platforms.Format(*desc.Platform) != p.Platform || desc.Digest != p.Digest || desc.Size != p.Size {
					t.Errorf("index %+v, pin %+v", desc, p)
				}
				check(t, s, desc, l.Images[0].Platforms[i])
			}
		})
	}
}

// check looks at the image of one platform.
func check(t *testing.T, s *store.Store, desc ocispec.Descriptor, on lock.Manifest) {
	t.Helper()
	var m ocispec.Manifest
	var config ocispec.Image
	read(t, s, desc, &m)
	read(t, s, m.Config, &config)
	if m.MediaType != ocispec.MediaTypeImageManifest || m.Config.MediaType != ocispec.MediaTypeImageConfig {
		t.Errorf("manifest %s, config %s", m.MediaType, m.Config.MediaType)
	}
	if len(m.Layers) != 2 || m.Layers[0].MediaType != ocispec.MediaTypeImageLayerGzip || m.Layers[0].Digest != digest.FromString("layer "+on.Platform) {
		t.Errorf("layers %+v", m.Layers)
	}
	want := ocispec.ImageConfig{
		User: "1000:1000", WorkingDir: "/tmp", Entrypoint: []string{"java", "-jar"}, Cmd: []string{"/opt/app.jar"},
		Env:          []string{"PATH=/bin", "LANGUAGE=en", "LANG=en", "NEW=1"},
		Labels:       map[string]string{"base": "1", "who": "demo"},
		ExposedPorts: map[string]struct{}{"80/tcp": {}, "8080/tcp": {}},
	}
	if diff := cmp.Diff(want, config.Config); diff != "" {
		t.Error(diff)
	}
	if len(config.RootFS.DiffIDs) != 2 || config.RootFS.DiffIDs[1] != m.Layers[1].Digest || len(config.History) != 2 || !config.Created.Equal(epoch) {
		t.Errorf("config %+v", config)
	}
	if m.Annotations[ocispec.AnnotationBaseImageDigest] != on.Digest.String() || m.Annotations[ocispec.AnnotationBaseImageName] != "r.example/jre:1" {
		t.Errorf("annotations %v", m.Annotations)
	}
	// What is above the base.
	config.RootFS.DiffIDs = config.RootFS.DiffIDs[1:]
	m.Layers, m.Config = m.Layers[1:], put(t, s, config)
	img, err := rootfs.OpenImage(t.Context(), put(t, s, m), s)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"opt/app.jar": "jar", "opt/arch": on.Platform[6:9]} {
		if data, err := fs.ReadFile(img, name); err != nil || string(data) != text {
			t.Errorf("%s: %s: %q, %v", on.Platform, name, data, err)
		}
	}
}

// TestInherits keeps what the definition does not name.
func TestInherits(t *testing.T) {
	t.Parallel()
	s := open(t)
	l := base(t, s, false)
	b := compose.Build{Build: catalog.Build{Name: "x.internal/y:1", From: "r.example/jre:1", User: "7"}}
	pin, err := assemble.Assemble(t.Context(), b, []string{arm}, l, s, epoch)
	if err != nil {
		t.Fatal(err)
	}
	var m ocispec.Manifest
	var config ocispec.Image
	read(t, s, ocispec.Descriptor{Digest: pin.Platforms[0].Digest, Size: pin.Platforms[0].Size}, &m)
	read(t, s, m.Config, &config)
	if c := config.Config; c.Entrypoint[0] != "/sh" || c.Cmd[0] != "-i" || c.WorkingDir != "/base" || c.User != "7" || config.Architecture != "arm64" {
		t.Errorf("%+v", config)
	}
	b.Entrypoint = []string{"/own"}
	pin, err = assemble.Assemble(t.Context(), b, []string{arm}, l, s, epoch)
	if err != nil {
		t.Fatal(err)
	}
	config = ocispec.Image{}
	read(t, s, ocispec.Descriptor{Digest: pin.Platforms[0].Digest, Size: pin.Platforms[0].Size}, &m)
	read(t, s, m.Config, &config)
	if c := config.Config; len(c.Cmd) != 0 { // as in docker: arguments go with what they were for
		t.Errorf("arguments of the base's entrypoint are kept: %v", c.Cmd)
	}
}

// TestSame assembles the same in another store and order.
func TestSame(t *testing.T) {
	t.Parallel()
	var first digest.Digest
	for i := range 3 {
		s := open(t)
		b := definition()
		if i == 1 {
			b.Contents[0], b.Contents[2] = b.Contents[2], b.Contents[0]
		}
		targets := []string{amd, arm}
		if i == 2 {
			targets = []string{arm, amd}
		}
		pin, err := assemble.Assemble(t.Context(), b, targets, base(t, s, false), s, epoch)
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = pin.Digest
		}
		if pin.Digest != first {
			t.Errorf("run %d: %s, was %s", i, pin.Digest, first)
		}
	}
	s := open(t)
	pin, err := assemble.Assemble(t.Context(), definition(), []string{amd, arm}, base(t, s, false), s, epoch.Add(time.Hour))
	if err != nil || pin.Digest == first {
		t.Errorf("the time stamp does not count: %v", err)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(b *compose.Build, l *lock.Lock){
		"assemble opc.internal/demo:1: the lock has no pin for its base r.example/jre:1": func(_ *compose.Build, l *lock.Lock) { l.Images = nil },
		"for linux/arm64: its base r.example/jre:1 is not published for that platform":   func(_ *compose.Build, l *lock.Lock) { l.Images[0].Platforms = l.Images[0].Platforms[:1] },
		"base r.example/jre:1: blob":                        func(_ *compose.Build, l *lock.Lock) { l.Images[0].Platforms[0].Digest = digest.FromString("gone") },
		"the lock has no pin for https://x.example/app.jar": func(_ *compose.Build, l *lock.Lock) { l.Downloads = nil },
		"not a clean path":                                  func(b *compose.Build, _ *lock.Lock) { b.Contents[0].Name = "../up" },
	} {
		s := open(t)
		l, b := base(t, s, false), definition()
		change(&b, l)
		_, err := assemble.Assemble(t.Context(), b, []string{amd, arm}, l, s, epoch)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	s := open(t)
	if _, err := assemble.Assemble(t.Context(), definition(), nil, base(t, s, false), s, epoch); err == nil {
		t.Error("an image for no platform")
	}
}
