package rehearse_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/rehearse"
	"github.com/opc-source/opc-image/pkg/remote"
)

// components has one of each thing that a component takes from upstream.
var components = []*catalog.Component{{
	Name: "all",
	Install: catalog.Install{
		Charts: []catalog.Chart{
			{Path: "chart"},
			{Repository: "https://h/charts/", Chart: "c", Version: "1"},
			{Repository: "oci://r/charts", Chart: "d", Version: "2"},
		},
		Manifests: []catalog.Manifest{
			{Path: "own.yaml"},
			{URL: "https://h/m.yaml", Edits: []catalog.Edit{{Find: "a", Replace: "b"}}},
		},
		HostFiles: []catalog.File{
			{URL: "https://h/x.tgz", Member: "one", Platform: "linux/amd64"},
			{URL: "https://h/x.tgz", Member: "two"},
			{Path: "own"},
		},
		BundleFiles: []catalog.File{{URL: "https://h/big.bin", Size: 1000}},
	},
	Build: []catalog.Build{{
		Name: "our/own:1", From: "base:1", FromSize: 7, Files: []catalog.File{{URL: "https://h/app.jar"}},
	}},
	Images: []catalog.Image{
		{Name: "a/rendered:1", Found: catalog.FoundRendered, Size: 5},
		{Name: "a/operator:1", Found: catalog.FoundOperator, Platforms: []string{"linux/amd64"}},
		{Name: "our/own:1", Found: catalog.FoundRendered},
		{Name: "a/extra:1", Extra: "because", PublishedAs: map[string]string{"linux/arm64": "a/extra-arm64:1"}},
	},
	Exclude: []catalog.Exclusion{{Name: "a/never:*", Reason: "because"}},
}}

func TestFromComponents(t *testing.T) {
	t.Parallel()
	want := rehearse.Inventory{
		Images: []rehearse.Image{
			{Name: "base:1", Size: 7},
			{Name: "a/rendered:1", Size: 5},
			{Name: "a/operator:1", Platforms: []string{"linux/amd64"}},
			{Name: "a/extra:1"},
			{Name: "a/extra-arm64:1", Platforms: []string{"linux/arm64"}},
		},
		Charts: []rehearse.Chart{
			{
				Repo: "https://h/charts", Name: "c", Version: "1",
				Images: []string{"a/rendered:1", "our/own:1", "a/never:x"}, Arguments: []string{"a/operator:1"},
			},
			{Repo: "oci://r/charts", Name: "d", Version: "2"},
		},
		Files: []rehearse.File{
			{URL: "https://h/m.yaml", Edits: []catalog.Edit{{Find: "a", Replace: "b"}}},
			{URL: "https://h/x.tgz", Members: []string{"one", "two"}},
			{URL: "https://h/big.bin", Size: 1000},
			{URL: "https://h/app.jar"},
		},
	}
	if diff := cmp.Diff(want, rehearse.FromComponents(components)); diff != "" {
		t.Error(diff)
	}
}

func TestMirrors(t *testing.T) {
	t.Parallel()
	u := start(t, rehearse.FromComponents(components), rehearse.Options{})
	client, err := remote.New(remote.Options{Config: remote.Config{Mirrors: u.Mirrors()}, Proxy: u.Proxy})
	if err != nil {
		t.Fatal(err)
	}
	image := client.Images("docker.io", "a/rendered")
	if len(image) != 1 || image[0].URL != "http://"+u.Address()+"/v2/docker.io/a/rendered" {
		t.Errorf("an image is looked for at %+v", image)
	}
	file := client.Downloads("https://h/m.yaml")
	if len(file) != 1 || file[0].URL != "http://"+u.Address()+"/dl/h/m.yaml" {
		t.Errorf("a file is looked for at %+v", file)
	}
	for address, ok := range map[string]bool{file[0].URL: true, "https://elsewhere.example/x": false} {
		req, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := u.Proxy(req); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for want, inv := range map[string]rehearse.Inventory{
		"image name":         {Images: []rehearse.Image{{Name: "UPPER CASE"}}},
		"platform":           {Images: []rehearse.Image{{Name: "a", Platforms: []string{"a/b/c/d/e"}}}},
		"http or https URL":  {Files: []rehearse.File{{URL: "ftp://h/x"}}},
		"http or https URL ": {Charts: []rehearse.Chart{{Repo: "h/x"}}},
	} {
		if _, err := rehearse.New(inv, rehearse.Options{}); err == nil || !strings.Contains(err.Error(), strings.TrimSpace(want)) {
			t.Errorf("want an error about %q, got %v", want, err)
		}
	}
}
