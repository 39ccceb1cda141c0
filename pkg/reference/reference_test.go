package reference_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/reference"
)

const sha = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

func TestParse(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]reference.Ref{
		"nginx":                       {Domain: "docker.io", Path: "library/nginx", Tag: "latest"},
		"nginx:1.27":                  {Domain: "docker.io", Path: "library/nginx", Tag: "1.27"},
		"a/b":                         {Domain: "docker.io", Path: "a/b", Tag: "latest"},
		"index.docker.io/a/b":         {Domain: "docker.io", Path: "a/b", Tag: "latest"},
		"quay.io/a/b/c:v1":            {Domain: "quay.io", Path: "a/b/c", Tag: "v1"},
		"localhost/x":                 {Domain: "localhost", Path: "x", Tag: "latest"},
		"r.example:5000/x":            {Domain: "r.example:5000", Path: "x", Tag: "latest"},
		"[::1]:5000/x:1":              {Domain: "[::1]:5000", Path: "x", Tag: "1"},
		"r.example/x@" + sha:          {Domain: "r.example", Path: "x", Digest: sha},
		"r.example/x:1@" + sha:        {Domain: "r.example", Path: "x", Tag: "1", Digest: sha},
		"docker.io/library/nginx:1.0": {Domain: "docker.io", Path: "library/nginx", Tag: "1.0"},
	} {
		ref, err := reference.Parse(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, ref); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if again, err := reference.Parse(ref.String()); err != nil || again != ref {
			t.Errorf("%s: read back as %v, %v", ref, again, err)
		}
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", " nginx", "nginx ", "Nginx", "a//b", "/a", "a:", "a:b:c", "a@sha256:abc", "https://r.example/a", "a b", "a:{{ .tag }}",
		strings.Repeat("a", 64), "a/" + strings.Repeat("b", 300), "r.example/a:" + strings.Repeat("t", 129),
	} {
		ref, err := reference.Parse(name)
		if err == nil {
			if name != strings.Repeat("a", 64) { // 64 letters that are not hexadecimal only look like a digest
				t.Errorf("%q reads as %v", name, ref)
			}
			continue
		}
		if !strings.Contains(err.Error(), "image name ") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	tag := reference.Ref{Domain: "r.example", Path: "a/b", Tag: "1"}
	pinned := tag
	pinned.Digest = sha
	for _, test := range []struct{ got, want string }{
		{tag.Repository(), "r.example/a/b"}, {tag.Local(), "a/b"}, {tag.Identifier(), "1"}, {tag.String(), "r.example/a/b:1"},
		{pinned.Identifier(), sha}, {pinned.String(), "r.example/a/b:1@" + sha},
	} {
		if test.got != test.want {
			t.Errorf("%s, want %s", test.got, test.want)
		}
	}
}

// TestParseLocal reads names without a registry as those of images made here.
func TestParseLocal(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"full": "localhost/full:latest", "full:v1": "localhost/full:v1", "team/full": "localhost/team/full:latest",
		"localhost/full": "localhost/full:latest", "docker.io/a/b": "docker.io/a/b:latest", "docker.io/b": "docker.io/library/b:latest",
		"index.docker.io/a/b:1": "docker.io/a/b:1", "r.example/x": "r.example/x:latest", "127.0.0.1:5000/x": "127.0.0.1:5000/x:latest",
	} {
		ref, err := reference.ParseLocal(name)
		if err != nil || ref.String() != want {
			t.Errorf("%s: %v, %v, want %s", name, ref, err, want)
		}
		if again, err := reference.ParseLocal(ref.String()); err != nil || again != ref {
			t.Errorf("%s: read back as %v, %v", ref, again, err)
		}
	}
	if _, err := reference.ParseLocal("Full"); err == nil {
		t.Error("capitals are read")
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"nginx", "r.example:5000/a/b:1@" + sha, "[::1]/x", "a/b:c"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		ref, err := reference.Parse(name)
		if err != nil {
			return
		}
		if again, err := reference.Parse(ref.String()); err != nil || again != ref {
			t.Errorf("%q is %v, which reads as %v, %v", name, ref, again, err)
		}
		if ref.Domain == "" || ref.Path == "" || ref.Identifier() == "" || strings.Contains(ref.Local(), "..") {
			t.Errorf("%q is %+v", name, ref)
		}
	})
}
