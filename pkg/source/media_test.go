package source

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

func TestParse(t *testing.T) {
	t.Parallel()
	d := digest.FromString("x")
	child := fmt.Sprintf(`{"digest":%q,"size":1}`, d)
	tests := map[string]struct{ in, mediaType, err string }{
		"OCI index":          {`{"mediaType":"` + ocispec.MediaTypeImageIndex + `","manifests":[` + child + `]}`, ocispec.MediaTypeImageIndex, ""},
		"docker list":        {`{"mediaType":"` + dockerList + `","manifests":[]}`, dockerList, ""},
		"docker manifest":    {`{"mediaType":"` + dockerManifest + `","config":` + child + `}`, dockerManifest, ""},
		"index, not said":    {`{"schemaVersion":2,"manifests":[]}`, ocispec.MediaTypeImageIndex, ""},
		"manifest, not said": {`{"schemaVersion":2,"config":` + child + `}`, ocispec.MediaTypeImageManifest, ""},
		"signed schema 1":    {`{"schemaVersion":1,"signatures":[]}`, "", "a manifest of docker's schema 1"},
		"no config":          {`{"mediaType":"` + dockerManifest + `"}`, "", `manifest names ""`},
		"bad child":          {`{"manifests":[{"digest":"sha256:1"}]}`, "", `manifest names "sha256:1"`},
		"an array":           {`[]`, "", "manifest: json"},
		"nothing":            {`{}`, "", `its media type is ""`},
	}
	for name, tt := range tests {
		doc, err := parse([]byte(tt.in))
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: %v", name, err)
			}
		case err != nil || doc.MediaType != tt.mediaType:
			t.Errorf("%s: %+v, %v", name, doc, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"schemaVersion":2,"manifests":[{"digest":"sha256:0","size":-1}]}`))
	f.Add([]byte(`{"mediaType":"` + dockerManifest + `","config":{},"layers":[null]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := parse(data)
		if err != nil {
			return
		}
		for _, d := range append(doc.Manifests, doc.Layers...) {
			if d.Digest.Validate() != nil || d.Size < 0 {
				t.Errorf("let through: %+v", d)
			}
		}
	})
}

func TestChoose(t *testing.T) {
	t.Parallel()
	entry := func(name string) ocispec.Descriptor {
		p := want(name)[0]
		return ocispec.Descriptor{Digest: digest.FromString(name), Platform: &p}
	}
	tests := []struct{ have, want, got string }{
		{"linux/amd64 linux/arm64", "linux/amd64", "linux/amd64"},
		{"linux/amd64/v3 linux/amd64", "linux/amd64", "linux/amd64"},
		{"linux/arm64/v8", "linux/arm64", "linux/arm64/v8"},
		{"linux/arm64", "linux/arm64/v8", "linux/arm64"},
		{"linux/arm/v6 linux/arm/v7", "linux/arm/v7", "linux/arm/v7"},
		{"windows/amd64", "linux/amd64", ""},
		{"linux/386", "linux/amd64", ""},
		{"", "linux/amd64", ""},
	}
	for _, tt := range tests {
		var entries []ocispec.Descriptor
		for _, name := range strings.Fields(tt.have) {
			entries = append(entries, entry(name))
		}
		got, ok := choose(entries, want(tt.want)[0])
		if ok != (tt.got != "") || ok && got.Digest != digest.FromString(tt.got) {
			t.Errorf("%s of %s: %+v", tt.want, tt.have, got.Platform)
		}
	}
}

func TestIndexURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://h/r":       "https://h/r/index.yaml",
		"https://h/r/":      "https://h/r/index.yaml",
		"https://h/r?key=1": "https://h/r/index.yaml?key=1",
	} {
		if got := indexURL(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
