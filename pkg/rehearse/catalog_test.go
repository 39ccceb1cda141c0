package rehearse_test

import (
	"bytes"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/opc-source/opc-image/images"
	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/chart"
	"github.com/opc-source/opc-image/pkg/chart/manifest"
	"github.com/opc-source/opc-image/pkg/discover"
	"github.com/opc-source/opc-image/pkg/rehearse"
)

// TestCatalog rehearses every component of the built-in catalog: its charts and
// manifests name exactly the images that the component says they do.
func TestCatalog(t *testing.T) {
	t.Parallel()
	all, err := catalog.Load(images.FS)
	if err != nil {
		t.Fatal(err)
	}
	inventory := rehearse.FromComponents(all.Components())
	u := start(t, inventory, rehearse.Options{})
	for _, f := range inventory.Files {
		if _, err := u.Sum(f.URL); err != nil {
			t.Error(err)
		}
	}
	finder, err := discover.New(discover.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all.Components() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			docs := objects(t, u, c)
			report, err := finder.Find(t.Context(), c.Name, docs)
			if err != nil {
				t.Fatal(err)
			}
			if err := discover.Decide(declared(c), report).Err(); err != nil {
				t.Error(err)
			}
		})
	}
}

// declared is what a component says about its images.
func declared(c *catalog.Component) discover.Component {
	d := discover.Component{Name: c.Name}
	for _, image := range c.Images {
		d.Declared = append(d.Declared, discover.DeclaredImage{Image: image.Name, Extra: image.Extra})
	}
	for _, e := range c.Exclude {
		d.Exclude = append(d.Exclude, discover.Exclusion{Image: e.Name, Reason: e.Reason})
	}
	return d
}

// objects renders what a component installs, upstream's part from stand-ins.
func objects(t *testing.T, u *rehearse.Upstream, c *catalog.Component) (docs []manifest.Document) {
	t.Helper()
	for _, install := range c.Install.Charts {
		opts := chart.Options{Release: install.Release, Namespace: "x"}
		if install.Values != "" {
			values, err := fs.ReadFile(c.Files(), install.Values)
			if err != nil {
				t.Fatal(err)
			}
			opts.Values = [][]byte{values}
		}
		rendered, err := chart.Render(t.Context(), loadChart(t, u, c, install), opts)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, rendered...)
	}
	for _, m := range c.Install.Manifests {
		var data []byte
		if m.Path != "" {
			var err error
			if data, err = fs.ReadFile(c.Files(), m.Path); err != nil {
				t.Fatal(err)
			}
		} else {
			data = download(t, u, m.URL)
		}
		split, err := manifest.Split(m.File(), edit(t, data, m.Edits), manifest.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, split...)
	}
	return docs
}

// loadChart loads a chart of our own, or the stand-in of upstream's.
func loadChart(t *testing.T, u *rehearse.Upstream, c *catalog.Component, install catalog.Chart) *chart.Chart {
	t.Helper()
	var loaded *chart.Chart
	var err error
	switch repository, isOCI := strings.CutPrefix(install.Repository, "oci://"); {
	case install.Path != "":
		var dir fs.FS
		if dir, err = fs.Sub(c.Files(), install.Path); err == nil {
			loaded, err = chart.LoadDir(dir, chart.Limits{})
		}
	case isOCI:
		sum, sumErr := u.Sum(install.Repository + "/" + install.Chart + ":" + install.Version)
		if sumErr != nil {
			t.Fatal(sumErr)
		}
		_, data := get(t, u, "/v2/"+repository+"/"+install.Chart+"/blobs/"+sum.String(), nil)
		loaded, err = chart.Load(bytes.NewReader(data), chart.Limits{})
	default:
		url := strings.TrimSuffix(install.Repository, "/") + "/" + install.Chart + "-" + install.Version + ".tgz"
		loaded, err = chart.Load(bytes.NewReader(download(t, u, url)), chart.Limits{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// download reads the stand-in for a URL.
func download(t *testing.T, u *rehearse.Upstream, url string) []byte {
	t.Helper()
	_, rest, _ := strings.Cut(url, "://")
	resp, data := get(t, u, "/dl/"+rest, nil)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %s", url, resp.Status, data)
	}
	return data
}

// edit makes a component's edits, and fails as a build does when a text is not
// there as often as it should.
func edit(t *testing.T, data []byte, edits []catalog.Edit) []byte {
	t.Helper()
	for _, e := range edits {
		if got := bytes.Count(data, []byte(e.Find)); got != max(1, e.Count) {
			t.Fatalf("%q is there %d times", e.Find, got)
		}
		data = bytes.ReplaceAll(data, []byte(e.Find), []byte(e.Replace))
	}
	return data
}
