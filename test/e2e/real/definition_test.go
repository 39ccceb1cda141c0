package real

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/opc"
)

// TestCatalog: what runs for real is what the catalog says, to the tag.
func TestCatalog(t *testing.T) {
	t.Parallel()
	d, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	all, err := opc.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for name := range d.Components {
		c, err := all.Get(name)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, image := range d.Of([]*catalog.Component{c}) {
			used[image] = true
		}
	}
	for _, name := range d.Names() {
		if !used[name] {
			t.Errorf("no component that runs for real has the image %s", name)
		}
	}
	if len(d.Components) < 5 {
		t.Errorf("%d components run for real", len(d.Components))
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	d := Definition{Images: map[string]Image{"r/b:1": {}, "r/a:1": {}, "r/d:1": {}},
		Components: map[string]Component{"y": {Check: "image: r/d:1, "}}}
	if got := d.Of(nil); !slices.Equal(got, []string{"r/a:1", "r/b:1", "r/d:1"}) {
		t.Errorf("of all: %q", got)
	}
	some := []*catalog.Component{{Images: []catalog.Image{{Name: "r/b:1"}, {Name: "r/c:1"}}}}
	if got := d.Of(some); !slices.Equal(got, []string{"r/b:1"}) {
		t.Errorf("of one: %q", got)
	}
	if got := d.Of([]*catalog.Component{{Name: "y"}}); !slices.Equal(got, []string{"r/d:1"}) {
		t.Errorf("of one whose check asks for an image: %q", got)
	}
}

func TestImage(t *testing.T) {
	t.Parallel()
	i := Image{Module: "x.example/m@v1.0.0", Programs: map[string]string{"/bin/m": ".", "/bin/n": "./cmd/n"}}
	if diff := cmp.Diff(map[string]string{"/bin/m": "x.example/m", "/bin/n": "x.example/m/cmd/n"}, i.packages()); diff != "" {
		t.Error(diff)
	}
	if got := i.entrypoint(); len(got) != 0 {
		t.Errorf("two programs, and it starts %q", got)
	}
	delete(i.Programs, "/bin/n")
	if got := i.entrypoint(); !slices.Equal(got, []string{"/bin/m"}) {
		t.Errorf("it starts %q", got)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"unknown field": {`images: {"r/a:1": {modul: x}}`, "unknown field"},
		"nothing":       {`images: {"r/a:1": {user: '1'}}`, "r/a:1: it needs a module, or packages of debian, or own"},
		"no version":    {`images: {"r/a:1": {module: x, sum: h1, programs: {/x: .}}}`, "PATH@VERSION"},
		"no sum":        {`images: {"r/a:1": {module: x@v1, programs: {/x: .}}}`, "needs sum and programs"},
		"two programs":  {`images: {"r/a:1": {module: x@v1, sum: h1, programs: {/x: ., /y: ./y}}}`, "say which is its entrypoint"},
		"relative":      {`images: {"r/a:1": {module: x@v1, sum: h1, programs: {x: .}}}`, "x is not a place in an image"},
		"no directory":  {`images: {"r/a:1": {module: x@v1, sum: h1, programs: {/x: .}, dirs: [tmp]}}`, "tmp is not a place"},
		"upwards":       {`images: {"r/a:1": {module: x@v1, sum: h1, programs: {/x: .}, links: {/a/../b: c}}}`, "/a/../b is not a place"},
	} {
		if _, err := parse([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %s", name, err, test.want)
		}
	}
}
