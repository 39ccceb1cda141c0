package rehearse_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
	"sigs.k8s.io/yaml"

	"github.com/opc-source/opc-image/pkg/rehearse"
)

// render renders a chart archive with Helm's own engine and some values.
func render(t *testing.T, archive []byte) string {
	t.Helper()
	chart, err := loader.LoadArchive(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	if chart.Metadata.Annotations[rehearse.Annotation] != "true" {
		t.Error("the chart is not marked as a stand-in")
	}
	values := common.Values{"Values": map[string]any{"any": map[string]any{"thing": 1}}}
	rendered, err := engine.Render(chart, values)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(slices.Collect(maps.Values(rendered)), "\n---\n")
}

// chartInventory has one chart that uses all there is.
var chartInventory = rehearse.Inventory{
	Images: []rehearse.Image{{Name: "quay.io/op/erator@sha256:" + strings.Repeat("0", 64)}},
	Charts: []rehearse.Chart{
		{Repo: "https://charts.example.org/x", Name: "prom", Version: "1.0.0", Images: []string{"b/b:1"}},
		{
			Repo: "https://charts.example.org/x", Name: "prom", Version: "2.0.0",
			Images:    []string{"z/z:2", "a/a:1", "quay.io/op/erator@sha256:" + strings.Repeat("0", 64)},
			Arguments: []string{"c/reloader:3"},
			Objects:   []string{"kind: Odd\ntext: '{{ not a template }}'\n"},
		},
	},
}

func TestChartRepository(t *testing.T) {
	t.Parallel()
	u := start(t, chartInventory, rehearse.Options{})
	resp, data := get(t, u, "/dl/charts.example.org/x/index.yaml", nil)
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
	var index struct {
		Entries map[string][]struct {
			Version, Digest string
			URLs            []string `json:"urls"`
		}
	}
	if err := yaml.Unmarshal(data, &index); err != nil {
		t.Fatal(err)
	}
	versions := index.Entries["prom"]
	if len(versions) != 2 || versions[1].Version != "2.0.0" {
		t.Fatalf("index lists %+v", versions)
	}
	_, archive := get(t, u, "/dl/charts.example.org/x/"+versions[1].URLs[0], nil)
	if got := digest.FromBytes(archive).Encoded(); got != versions[1].Digest {
		t.Errorf("index says %s, the archive is %s", versions[1].Digest, got)
	}
	sum, err := u.Sum("https://charts.example.org/x#prom@2.0.0")
	if err != nil || sum != digest.FromBytes(archive) {
		t.Errorf("Sum = %s, %v", sum, err)
	}
	pinned, err := u.Pin(chartInventory.Images[0].Name)
	if err != nil || strings.Contains(pinned, "00000000") {
		t.Fatalf("Pin = %s, %v", pinned, err)
	}
	text := render(t, archive)
	for _, want := range []string{
		`image: "a/a:1"`, `image: "z/z:2"`, `image: "` + pinned + `"`, `c/reloader:3"`, "'{{ not a template }}'",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%s does not stand exactly once in:\n%s", want, text)
		}
	}
}

func TestChartInRegistry(t *testing.T) {
	t.Parallel()
	u := start(t, inventory, rehearse.Options{})
	_, data := get(t, u, "/v2/registry.istio.io/release/charts/istiod/manifests/1.30.3_x", nil)
	var manifest ocispec.Manifest
	if err := json.Unmarshal(data, &manifest); err != nil {
		t.Fatal(err)
	}
	if manifest.Config.MediaType != "application/vnd.cncf.helm.config.v1+json" || len(manifest.Layers) != 1 {
		t.Fatalf("not a chart's manifest: %s", data)
	}
	_, archive := get(t, u, "/v2/registry.istio.io/release/charts/istiod/blobs/"+manifest.Layers[0].Digest.String(), nil)
	if !strings.Contains(render(t, archive), "Stand-in for istiod 1.30.3+x") {
		t.Error("the chart does not say what it stands for")
	}
	if sum, err := u.Sum("oci://registry.istio.io/release/charts/istiod:1.30.3+x"); err != nil || sum != manifest.Layers[0].Digest {
		t.Errorf("Sum = %s, %v", sum, err)
	}
}

// TestRealOnes has an upstream serve what it was given.
func TestRealOnes(t *testing.T) {
	t.Parallel()
	u := start(t, rehearse.Inventory{
		Charts: []rehearse.Chart{
			{Repo: "https://h/c", Name: "a", Version: "1", Archive: []byte("real a")},
			{Repo: "oci://r/c", Name: "b", Version: "1", Archive: []byte("real b")},
		},
		Files: []rehearse.File{{URL: "https://h/m.yaml", Data: []byte("real m")}},
	}, rehearse.Options{})
	for source, want := range map[string]string{
		"https://h/c#a@1": "real a", "oci://r/c/b:1": "real b", "https://h/m.yaml": "real m",
	} {
		if sum, err := u.Sum(source); err != nil || sum != digest.FromString(want) {
			t.Errorf("%s is %s, %v", source, sum, err)
		}
	}
	for path, want := range map[string]string{"/dl/h/c/a-1.tgz": "real a", "/dl/h/m.yaml": "real m"} {
		if _, data := get(t, u, path, nil); string(data) != want {
			t.Errorf("%s is %q", path, data)
		}
	}
}
