package registryfs_test

import (
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/registryfs"
)

const hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestPath(t *testing.T) {
	t.Parallel()
	dgst := digest.Digest("sha256:" + hex)
	repositories := registryfs.Root + "/repositories/"
	for want, p := range map[string]registryfs.Path{
		registryfs.Root + "/blobs/sha256/01/" + hex + "/data":               {Kind: registryfs.Blob, Digest: dgst},
		repositories + "a/_layers/sha256/" + hex + "/link":                  {Kind: registryfs.Layer, Repository: "a", Digest: dgst},
		repositories + "a/b/c/_manifests/revisions/sha256/" + hex + "/link": {Kind: registryfs.Revision, Repository: "a/b/c", Digest: dgst},
		repositories + "a/_manifests/tags/v1.0/current/link":                {Kind: registryfs.Tag, Repository: "a", Tag: "v1.0"},
		repositories + "a/_manifests/tags/v1/index/sha256/" + hex + "/link": {Kind: registryfs.TagIndex, Repository: "a", Tag: "v1", Digest: dgst},
	} {
		if got := p.String(); got != want {
			t.Errorf("%+v: %s, want %s", p, got, want)
		}
		if got, ok := registryfs.ParsePath(want); !ok || got != p {
			t.Errorf("ParsePath(%s) = %+v, %v", want, got, ok)
		}
	}
}

func TestParsePathRefuses(t *testing.T) {
	t.Parallel()
	repositories := registryfs.Root + "/repositories/"
	for _, name := range []string{
		"", "etc/passwd", registryfs.Root, registryfs.Root + "/blobs/sha256/99/" + hex + "/data",
		registryfs.Root + "/blobs/sha256/01/" + hex, registryfs.Root + "/blobs/md5/01/" + hex + "/data",
		registryfs.Root + "/blobs/sha256/01/" + hex[:10] + "/data", registryfs.Root + "/blobs/sha256/01/../data",
		repositories + "_layers/sha256/" + hex + "/link", repositories + "a/_layers/sha256/" + hex,
		repositories + "a/_layers/sha256/" + hex + "/data", repositories + "a/_uploads/x/data",
		repositories + "a//_layers/sha256/" + hex + "/link", repositories + "../a/_layers/sha256/" + hex + "/link",
		repositories + "a/_manifests/tags//current/link", repositories + "a/_manifests/tags/v1/former/link",
	} {
		if p, ok := registryfs.ParsePath(name); ok {
			t.Errorf("ParsePath(%q) = %+v", name, p)
		}
	}
}

func FuzzParsePath(f *testing.F) {
	f.Add(registryfs.Root + "/blobs/sha256/01/" + hex + "/data")
	f.Add(registryfs.Root + "/repositories/a/_manifests/tags/v1/index/sha256/" + hex + "/link")
	f.Fuzz(func(t *testing.T, name string) {
		p, ok := registryfs.ParsePath(name)
		if ok && p.String() != name {
			t.Fatalf("%q became %q", name, p)
		}
		if ok && strings.Contains(name, "..") && strings.Contains("/"+name+"/", "/../") {
			t.Fatalf("%q leads out", name)
		}
	})
}
