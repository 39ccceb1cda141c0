package source

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/containerd/platforms"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

func TestPlatforms(t *testing.T) {
	t.Parallel()
	srv, reg, src, _ := setup(t, remote.Config{})
	add(t, reg, "two", "1", "shared")
	addManifest(t, reg, "one", "1", "linux/arm64")
	unnamed := addManifest(t, reg, "bare", "", "linux/amd64")
	unnamed.Platform = nil
	proof := addManifest(t, reg, "bare", "", "unknown/unknown")
	addIndex(t, reg, "bare", "1", unnamed, proof)
	addChart(t, reg, "chart", "1", helmConfig, helmChart)
	for name, want := range map[string]string{"two": "linux/amd64 linux/arm64", "one": "linux/arm64", "bare": "linux/amd64", "chart": ""} {
		found, err := src.Platforms(t.Context(), ref(t, srv.Host()+"/"+name+":1"))
		var names []string
		for _, p := range found {
			names = append(names, platforms.Format(p))
		}
		if err != nil || strings.Join(names, " ") != want {
			t.Errorf("%s: %v, %v; want %s", name, names, err, want)
		}
	}
	if n := len(srv.Log(http.MethodGet, "/two/")); n != 1 {
		t.Errorf("%d requests for an index that names its platforms, want 1", n)
	}
	_, err := src.Platforms(t.Context(), ref(t, srv.Host()+"/two:2"))
	if remote.Status(err) != http.StatusNotFound {
		t.Errorf("a missing tag: %v", err)
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	have := want("linux/amd64", "linux/arm64/v8")
	for name, offered := range map[string]bool{"linux/amd64": true, "linux/arm64": true, "linux/arm/v7": false, "windows/amd64": false} {
		if got := Offers(have, platforms.MustParse(name)); got != offered {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestFileExists(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, files{"/there": "content", "/get-only": "content", "/signed": "content", "/closed": "content"})
	src := newSource(t, remote.Config{}, newFake())
	srv.Fault(http.MethodHead, "/get-only", remotetest.Repeat(9, remotetest.Status(http.StatusMethodNotAllowed))...)
	srv.Fault(http.MethodHead, "/signed", remotetest.Repeat(9, remotetest.Status(http.StatusForbidden))...)
	srv.Fault("", "/closed", remotetest.Repeat(9, remotetest.Status(http.StatusForbidden))...)
	for name, want := range map[string]int{"/there": 0, "/get-only": 0, "/signed": 0, "/gone": 404, "/closed": 403} {
		err := src.FileExists(t.Context(), File{URL: srv.URL + name})
		if remote.Status(err) != want || (err == nil) != (want == 0) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := srv.Sent(http.MethodGet, "/"); n > 2 {
		t.Errorf("%d bytes were fetched", n)
	}
}

func TestChartExists(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, files{"/r/index.yaml": index(digest.FromString("a")), "/r/charts/app-1.1.0.tgz": "a"})
	src := newSource(t, remote.Config{}, newFake())
	at := func(version string) error {
		return src.ChartExists(t.Context(), Chart{Repo: srv.URL + "/r", Name: "app", Version: version})
	}
	if err := at("1.1.0"); err != nil {
		t.Errorf("the second address: %v", err)
	}
	if err := at("1.2.0"); remote.Status(err) != http.StatusNotFound {
		t.Errorf("an archive that is gone: %v", err)
	}
	var notFound *NotFoundError
	if err := at("9.0.0"); !errors.As(err, &notFound) {
		t.Errorf("a version that is not listed: %v", err)
	}
	registry, reg, oci, _ := setup(t, remote.Config{})
	addChart(t, reg, "charts/app", "1.2.0_b1", helmConfig, helmChart)
	for version, want := range map[string]int{"1.2.0+b1": 0, "1.2.0": 404} {
		err := oci.ChartExists(t.Context(), Chart{Repo: "oci://" + registry.Host() + "/charts/", Name: "app", Version: version})
		if remote.Status(err) != want {
			t.Errorf("%s: %v", version, err)
		}
	}
}
