package serve_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestListsAreCut(t *testing.T) {
	t.Parallel()
	_, g, _ := fixture(t)
	for target, want := range map[string]string{
		"/v2/_catalog":                         `{"repositories":["library/nginx","opc/full","org/tool","pause"]}`,
		"/v2/_catalog?n=2":                     `{"repositories":["library/nginx","opc/full"]}`,
		"/v2/_catalog?n=2&last=opc/full":       `{"repositories":["org/tool","pause"]}`,
		"/v2/_catalog?last=zzz":                `{"repositories":[]}`,
		"/v2/library/nginx/tags/list":          `{"name":"library/nginx","tags":["1.27"]}`,
		"/v2/library/nginx/tags/list?n=0":      `{"name":"library/nginx","tags":[]}`,
		"/v2/quay.io/org/tool/tags/list?n=100": `{"name":"quay.io/org/tool","tags":["2"]}`,
	} {
		got := ask(t, g, http.MethodGet, target)
		if diff := cmp.Diff(want, strings.TrimSpace(string(got.body))); diff != "" {
			t.Errorf("%s: %s", target, diff)
		}
		if more := got.Header.Get("Link"); (more != "") != (target == "/v2/_catalog?n=2") {
			t.Errorf("%s links to %q", target, more)
		}
	}
	got := ask(t, g, http.MethodGet, "/v2/_catalog?n=2")
	if want := `</v2/_catalog?last=opc%2Ffull&n=2>; rel="next"`; got.Header.Get("Link") != want {
		t.Errorf("Link is %s, want %s", got.Header.Get("Link"), want)
	}
}
