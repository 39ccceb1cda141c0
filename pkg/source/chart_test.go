package source

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

func index(sum digest.Digest) string {
	return fmt.Sprintf(`apiVersion: v1
entries:
  app:
  - {name: app, version: 1.2.0, urls: [charts/app-1.2.0.tgz], digest: %s}
  - {name: app, version: 1.1.0, urls: [charts/gone.tgz, charts/app-1.1.0.tgz]}
`, sum.Encoded())
}

func TestHTTPChart(t *testing.T) {
	t.Parallel()
	const archive = "archive 1.2.0"
	good := files{
		"/r/index.yaml": index(digest.FromString(archive)), "/r/charts/app-1.2.0.tgz": archive,
		"/r/charts/app-1.1.0.tgz": "archive 1.1.0",
	}
	tests := map[string]struct {
		chart   Chart
		version string
		digest  string
		err     string
	}{
		"constraint":  {chart: Chart{Version: "^1"}, version: "1.2.0", digest: archive},
		"second URL":  {chart: Chart{Version: "1.1.0"}, version: "1.1.0", digest: "archive 1.1.0"},
		"pinned":      {chart: Chart{Version: "1.2.0", Digest: digest.FromString(archive)}, version: "1.2.0", digest: archive},
		"no version":  {chart: Chart{Version: "9.0.0"}, err: `http://HOST/r: find chart app at HOST: chart repository http://HOST/r/: no version of app fits "9.0.0"; it has 1.2.0, 1.1.0; check repository, name and version of the chart`},
		"other bytes": {chart: Chart{Version: "1.2.0", Digest: digest.FromString("x")}, err: "http://HOST/r/charts/app-1.2.0.tgz: download at HOST: wrong content: its digest is not " + digest.FromString("x").String() + "; the host serves something else than was published: ask who runs it, or use another mirror"},
		"no index":    {chart: Chart{Repo: "/none"}, err: "http://HOST/none: read index of chart repository at HOST: 404 Not Found; check the name and the version, or whether the mirror carries it"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := remotetest.Serve(t, good)
			src := newSource(t, remote.Config{}, newFake())
			if tt.chart.Name = "app"; tt.chart.Repo == "" {
				tt.chart.Repo = "/r"
			}
			tt.chart.Repo = srv.URL + tt.chart.Repo
			got, err := src.Chart(t.Context(), tt.chart, nil)
			check(t, err, srv.Host(), tt.err)
			if err == nil && (got.Version != tt.version || got.Digest != digest.FromString(tt.digest)) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestChartAgain: the index is read once a run; a chart that is pinned and
// there costs nothing.
func TestChartAgain(t *testing.T) {
	t.Parallel()
	sum := digest.FromString("a")
	srv := remotetest.Serve(t, files{"/index.yaml": index(sum), "/charts/app-1.2.0.tgz": "a"})
	src := newSource(t, remote.Config{}, newFake())
	for _, c := range []Chart{
		{Repo: srv.URL, Name: "app", Version: "1.2.0"},
		{Repo: srv.URL, Name: "app", Version: "^1.2"},
		{Repo: srv.URL, Name: "app", Version: "1.2.0", Digest: sum},
	} {
		if _, err := src.Chart(t.Context(), c, nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(srv.Log("", "")); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

func addChart(t *testing.T, reg *remotetest.Registry, repo, tag, config, layer string) digest.Digest {
	t.Helper()
	m := ocispec.Manifest{
		MediaType: ocispec.MediaTypeImageManifest, Config: describe(config, []byte("{}")),
		Layers: []ocispec.Descriptor{describe(layer, []byte("archive"))},
	}
	reg.Blob(repo, []byte("{}"))
	reg.Blob(repo, []byte("archive"))
	return reg.Manifest(repo, tag, m.MediaType, encode(t, m))
}

func TestOCIChart(t *testing.T) {
	t.Parallel()
	srv, reg, src, st := setup(t, remote.Config{})
	manifest := addChart(t, reg, "charts/app", "1.2.0_b1", helmConfig, helmChart)
	addChart(t, reg, "charts/image", "1", ocispec.MediaTypeImageConfig, ocispec.MediaTypeImageLayer)
	addChart(t, reg, "charts/empty", "1", helmConfig, "text/plain")
	sum := digest.FromString("archive")
	want := GotChart{
		Got:     Got{URL: "oci://" + srv.Host() + "/charts/app:1.2.0_b1", Digest: sum, Size: 7},
		Version: "1.2.0+b1", Manifest: manifest,
	}
	for _, c := range []Chart{
		{Repo: "oci://" + srv.Host() + "/charts", Name: "app", Version: "1.2.0+b1"},
		{Repo: "oci://" + srv.Host() + "/charts/app/", Version: "1.2.0+b1"},
	} {
		got, err := src.Chart(t.Context(), c, nil)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
	}
	if string(st.blobs[sum]) != "archive" {
		t.Error("not in the store")
	}
	for c, text := range map[Chart]string{
		{Name: "image", Version: "1"}: `HOST/charts/image:1 is not a chart: its configuration is of type "application/vnd.oci.image.config.v1+json", not "application/vnd.cncf.helm.config.v1+json"`,
		{Name: "empty", Version: "1"}: `HOST/charts/empty:1 has no layer of type "application/vnd.cncf.helm.chart.content.v1.tar+gzip"`,
		{Name: "app", Version: "1.2.0+b1", Digest: digest.FromString("an old one")}: "HOST/charts/app:1.2.0_b1 now has the digest " + sum.String() + ", not " + digest.FromString("an old one").String() + ": it was published again",
	} {
		c.Repo = "oci://" + srv.Host() + "/charts"
		_, err := src.Chart(t.Context(), c, nil)
		check(t, err, srv.Host(), "oci://HOST/charts: find chart "+c.Name+" at HOST: "+text+"; check repository, name and version of the chart")
	}
}
