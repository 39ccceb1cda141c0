package remote

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t, Options{Config: Config{
		Mirrors: []Mirror{
			{From: "docker.io/library", To: []string{"m1.example/official"}},
			{From: "docker.io", To: []string{"m1.example/hub", "http://m2.example:5000"}},
			{From: "oci://charts.example/stable", To: []string{"only.example"}, Only: true},
			{From: "https://get.example/a", To: []string{"https://m1.example/get/"}},
		},
		Hosts: []Host{{Name: "plain.example", PlainHTTP: true}, {Name: "localhost:5001", Insecure: true}},
	}})
	tests := []struct{ in, want string }{
		{"quay.io b/c", "https://quay.io/v2/b/c"},
		{"docker.io library/nginx", "https://m1.example/v2/official/nginx* https://registry-1.docker.io/v2/library/nginx"},
		{"docker.io bitnami/redis", "https://m1.example/v2/hub/bitnami/redis* http://m2.example:5000/v2/bitnami/redis* https://registry-1.docker.io/v2/bitnami/redis"},
		{"docker.io librarynot/x", "https://m1.example/v2/hub/librarynot/x* http://m2.example:5000/v2/librarynot/x* https://registry-1.docker.io/v2/librarynot/x"},
		{"charts.example stable/app", "https://only.example/v2/app"},
		{"charts.example stabler/app", "https://charts.example/v2/stabler/app"},
		{"plain.example a", "http://plain.example/v2/a"},
		{"localhost:5000 a", "http://localhost:5000/v2/a"},
		{"localhost:5001 a", "https://localhost:5001/v2/a"},
		{"127.0.0.1:5000 a", "http://127.0.0.1:5000/v2/a"},
		{"[::1]:5000 a", "http://[::1]:5000/v2/a"},
		{"https://get.example/a/x.tgz", "https://m1.example/get/x.tgz* https://get.example/a/x.tgz"},
		{"https://get.example/ab/x.tgz", "https://get.example/ab/x.tgz"},
		{"https://plain.example/charts/x.tgz", "http://plain.example/charts/x.tgz"},
		{"https://plain.example:1/x.tgz", "https://plain.example:1/x.tgz"},
		{"https://127.0.0.1:5000/x.tgz", "https://127.0.0.1:5000/x.tgz"},
	}
	for _, tt := range tests {
		var places []Place
		if domain, path, ok := strings.Cut(tt.in, " "); ok {
			places = c.Images(domain, path)
		} else {
			places = c.Downloads(tt.in)
		}
		var got []string
		for _, p := range places {
			got = append(got, p.URL+map[bool]string{true: "*"}[p.Mirror])
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
			t.Error(tt.in, diff)
		}
	}
}

// TestPlacesOfTheRest replaces what no other row is about.
func TestPlacesOfTheRest(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t, Options{Config: Config{Mirrors: []Mirror{
		{From: "own.example", To: []string{"own.example"}, Only: true},
		{From: AnyRegistry, To: []string{"m1.example/proxy"}, Only: true},
		{From: AnySite, To: []string{"https://files.m1.example"}},
	}}})
	for in, want := range map[string]string{
		"docker.io library/nginx":   "https://m1.example/v2/proxy/docker.io/library/nginx",
		"quay.io a/b":               "https://m1.example/v2/proxy/quay.io/a/b",
		"own.example a":             "https://own.example/v2/a",
		"localhost:5000 a":          "http://localhost:5000/v2/a",
		"https://get.example/x.tgz": "https://files.m1.example/get.example/x.tgz https://get.example/x.tgz",
		"http://get.example/x.tgz":  "http://get.example/x.tgz",
		"https://127.0.0.1/x.tgz":   "https://127.0.0.1/x.tgz",
	} {
		var places []Place
		if domain, path, ok := strings.Cut(in, " "); ok {
			places = c.Images(domain, path)
		} else {
			places = c.Downloads(in)
		}
		var got []string
		for _, p := range places {
			got = append(got, p.URL)
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Error(in, diff)
		}
	}
}

// try gets thing from mirror 1, mirror 2 and the original, in this order.
func try(t *testing.T, c *Client, servers ...*remotetest.Server) (string, error) {
	t.Helper()
	var places []Place
	for i, s := range servers {
		p := c.download(s.URL)
		p.Mirror = i < len(servers)-1
		places = append(places, p)
	}
	var got string
	err := c.Try(t.Context(), places, func(p Place) (err error) {
		r := get(p.URL)
		r.Attempts = c.Attempts(p)
		got, err = read(t, c, r)
		return err
	})
	return got, err
}

func TestTryInOrder(t *testing.T) {
	t.Parallel()
	m1, m2, origin := remotetest.Serve(t, fixed("m1")), remotetest.Serve(t, fixed("m2")), remotetest.Serve(t, fixed("origin"))
	c, k := newClient(t, Options{})
	m1.Fault("", "", remotetest.Status(404), remotetest.Status(403))
	m2.Fault("", "", nil, remotetest.Status(401))
	for i, want := range []string{"m2", "origin", "m1"} {
		if got, err := try(t, c, m1, m2, origin); got != want || err != nil {
			t.Errorf("%d: got %q, %v, want %q", i, got, err, want)
		}
	}
	if len(k.slept) != 0 {
		t.Errorf("slept %v", k.slept)
	}
}

func TestDeadMirrorIsRemembered(t *testing.T) {
	t.Parallel()
	m1, m2, origin := remotetest.Serve(t, fixed("m1")), remotetest.Serve(t, fixed("m2")), remotetest.Serve(t, fixed("origin"))
	c, k := newClient(t, Options{})
	m1.Close()
	m2.Fault("", "", remotetest.Repeat(3, remotetest.Status(500))...)
	for range 3 {
		if got, err := try(t, c, m1, m2, origin); got != "origin" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}
	if n := len(m2.Log("", "")); n != 3 || len(k.slept) != 4 {
		t.Errorf("%d requests to the second mirror, slept %v", n, k.slept)
	}
}

func TestAllPlacesFail(t *testing.T) {
	t.Parallel()
	none := http.NotFoundHandler()
	m1, origin := remotetest.Serve(t, none), remotetest.Serve(t, none)
	c, _ := newClient(t, Options{})
	_, err := try(t, c, m1, origin)
	check(t, err, origin.Host(), "thing: get at HOST: 404 Not Found; tried before: "+m1.Host()+" (404 Not Found); check the name and the version, or whether the mirror carries it")
}

func TestLocalFailureAsksNobodyElse(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t, Options{Config: Config{Hosts: []Host{{Name: "m.example", CA: "/does/not/exist.pem"}}}})
	origin := remotetest.Serve(t, fixed("origin"))
	places := []Place{{URL: "https://m.example/", Host: "m.example", Mirror: true}, c.download(origin.URL)}
	err := c.Try(t.Context(), places, func(p Place) error {
		_, err := read(t, c, get(p.URL))
		return err
	})
	check(t, err, "m.example", "thing: get at HOST: certificates for HOST: open /does/not/exist.pem: no such file or directory")
}
