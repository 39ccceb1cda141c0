package rehearse_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/rehearse"
)

// goldenDigests are what stand-ins have always been. When one changes, every
// store that keeps a rehearsal fetches all of it again: do it on purpose.
var goldenDigests = map[string]string{
	"/v2/docker.io/library/nginx/manifests/1.27":              "sha256:ec62f933dd7d4050a33da40e94b0317f50625e2ec4928188ef996ab66193d0c8",
	"/v2/registry.istio.io/release/charts/istiod/manifests/1": "sha256:74e8c9649709a91727958d24e4286a772f66304cfb7864eadcccf3f07af5e047",
	"/dl/h/charts/index.yaml":                                 "sha256:a77e228a7699c4bfc9f8ca931b004a9c03847880b51657baaf892856bd119f6f",
	"/dl/h/m.yaml":                                            "sha256:4c4750caf58b01c97660c4949ae6c3d1c0e5a093b714de6dff81b448ac53880c",
	"/dl/h/tool.tar.gz?x=1":                                   "sha256:750098218d045abc35913769545fbfea533675e8620fde08523aa9b9a2e8065a",
	"/dl/h/tool.tar.xz":                                       "sha256:1af485374239501aa3e0c6dcf313a6ab2749ef366ad5bbd4e52f8c2a340ef5d2",
	"/dl/h/lib.jar":                                           "sha256:693a23c786d1c49df94f4a1c97319e83720813a16754577ca2eca4ebf911ce0e",
	"/dl/h/data":                                              "sha256:3ea8c36316a73c38b57cdf08965398938dcdf975cf7b43c2eb5897a8073e4ccc",
}

// goldenInventory is what they are stand-ins for.
var goldenInventory = rehearse.Inventory{
	Images: []rehearse.Image{{Name: "nginx:1.27", Size: 1 << 20}},
	Charts: []rehearse.Chart{
		{Repo: "oci://registry.istio.io/release/charts", Name: "istiod", Version: "1", Images: []string{"nginx:1.27"}},
		{Repo: "https://h/charts/", Name: "c", Version: "1", Arguments: []string{"nginx:1.27"}},
	},
	Files: []rehearse.File{
		{URL: "https://h/m.yaml", Images: []string{"nginx:1.27"}, Edits: []catalog.Edit{{Find: "a\n  b", Replace: "c"}}},
		{URL: "https://h/tool.tar.gz?x=1", Members: []string{"bin/tool"}},
		{URL: "https://h/tool.tar.xz", Members: []string{"bin/tool"}},
		{URL: "https://h/lib.jar"},
		{URL: "https://h/data", Size: 100_000},
	},
}

func TestGolden(t *testing.T) {
	t.Parallel()
	u := start(t, goldenInventory, rehearse.Options{Divisor: 4})
	for path, want := range goldenDigests {
		resp, _ := get(t, u, path, nil)
		if got := strings.Trim(resp.Header.Get("ETag"), `"`); got != want {
			t.Errorf("%s: %s %s, want %s", path, resp.Status, got, want)
		}
	}
}

// TestManyClients has many clients ask for everything at once: each stand-in is
// made once, whoever comes first.
func TestManyClients(t *testing.T) {
	t.Parallel()
	u := start(t, goldenInventory, rehearse.Options{Divisor: 4})
	var clients sync.WaitGroup
	for range 8 {
		for path, want := range goldenDigests {
			clients.Go(func() {
				resp, err := http.Get("http://" + u.Address() + path)
				if err != nil {
					t.Error(err)
					return
				}
				defer resp.Body.Close()
				if got := strings.Trim(resp.Header.Get("ETag"), `"`); got != want {
					t.Errorf("%s: %s %s, want %s", path, resp.Status, got, want)
				}
			})
		}
	}
	clients.Wait()
	for _, c := range u.Counts() {
		if c.Gets != 8 || c.Bytes == 0 {
			t.Errorf("%s: %d requests, %d bytes", c.Path, c.Gets, c.Bytes)
		}
	}
}

// TestLimitKeepsDigests adds an image that fits below the limit's power of two:
// what was there stays as it was.
func TestLimitKeepsDigests(t *testing.T) {
	t.Parallel()
	const path = "/v2/docker.io/library/nginx/manifests/1.27"
	opts := rehearse.Options{Limit: 1 << 20}
	small := start(t, goldenInventory, opts)
	grown := goldenInventory
	grown.Images = append([]rehearse.Image{{Name: "other:1", Size: 64 << 10}}, grown.Images...)
	more := start(t, grown, opts)
	a, _ := get(t, small, path, nil)
	b, _ := get(t, more, path, nil)
	if a.Header.Get("ETag") == "" || a.Header.Get("ETag") != b.Header.Get("ETag") {
		t.Errorf("before %s, after %s", a.Header.Get("ETag"), b.Header.Get("ETag"))
	}
}

func TestPinnedImages(t *testing.T) {
	t.Parallel()
	real := "@sha256:" + strings.Repeat("1", 64)
	u := start(t, rehearse.Inventory{
		Images: []rehearse.Image{{Name: "a/only" + real, Size: 1000}, {Name: "a/tagged:1" + real, Size: 1000}},
	}, rehearse.Options{})
	for name, prefix := range map[string]string{
		"a/only" + real: "docker.io/a/only@sha256:", "a/tagged:1" + real: "docker.io/a/tagged:1@sha256:",
	} {
		pinned, err := u.Pin(name)
		if err != nil || !strings.HasPrefix(pinned, prefix) {
			t.Fatalf("Pin(%s) = %s, %v", name, pinned, err)
		}
		repository, dgst, _ := strings.Cut(pinned, "@")
		repository = strings.TrimSuffix(repository, ":1")
		if resp, _ := get(t, u, "/v2/"+repository+"/manifests/"+dgst, nil); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", pinned, resp.Status)
		}
	}
	if name, err := u.Pin("a/tagged:1"); err != nil || name != "a/tagged:1" {
		t.Errorf("a name without digest becomes %s, %v", name, err)
	}
	if _, err := u.Pin("a/unknown" + real); err == nil {
		t.Error("an image that is not there is pinned")
	}
	if _, err := u.Sum("https://nowhere/x"); err == nil || !strings.Contains(err.Error(), "inventory") {
		t.Errorf("the checksum of what is not there: %v", err)
	}
}
