package remote

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	got, err := Decode("remote.yaml", []byte(`
mirrors:
- from: docker.io
  to: [mirror.example/hub, http://10.0.0.5:5000]
- from: https://charts.example/
  to: [https://mirror.example/charts/]
  only: true
hosts:
- name: mirror.example
  ca: /etc/mirror.pem
  user: builder
  passwordEnv: MIRROR_PASSWORD
  perHost: 2
limits: {perHost: 4, total: 8, attempts: 3, idle: 30s, retryAfter: 1m}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Mirrors: []Mirror{
			{From: "docker.io", To: []string{"mirror.example/hub", "http://10.0.0.5:5000"}},
			{From: "https://charts.example/", To: []string{"https://mirror.example/charts/"}, Only: true},
		},
		Hosts: []Host{{
			Name: "mirror.example", CA: "/etc/mirror.pem", PerHost: 2,
			User: "builder", PasswordEnv: "MIRROR_PASSWORD",
		}},
		Limits: Limits{PerHost: 4, Total: 8, Attempts: 3, Idle: 30 * time.Second, RetryAfter: time.Minute},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestDocumented reads the example of the documentation, and follows its table
// of mirrors.
func TestDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/network.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	got, err := Decode("docs/network.md", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Mirrors) != 5 || got.Mirrors[3].From != AnyRegistry || got.Limits.Idle != time.Minute {
		t.Errorf("%+v", got)
	}
	rows := 0
	for line := range strings.Lines(rest) {
		cells := strings.Split(line, "`")
		if !strings.HasPrefix(line, "| `") || len(cells) != 9 {
			continue
		}
		rows++
		from, to, in, want := cells[1], cells[3], strings.TrimPrefix(cells[5], "oci://"), cells[7]
		c, _ := newClient(t, Options{Config: Config{Mirrors: []Mirror{{From: from, To: []string{to}, Only: true}}}})
		if isURL(in) {
			if at := c.Downloads(in)[0].URL; at != want {
				t.Errorf("%s: %s, want %s", in, at, want)
			}
			continue
		}
		domain, path, _ := strings.Cut(in, "/")
		if at := c.Images(domain, path)[0]; at.Host+"/"+at.Repository != want {
			t.Errorf("%s: %+v, want %s", in, at, want)
		}
	}
	if rows != 6 {
		t.Errorf("the table has %d rows", rows)
	}
}

func TestDecodeErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"empty":         {"", ""},
		"unknown field": {"mirrors:\n- form: a\n", "f:2:3: unknown field \"form\""},
		"twice":         {"hosts: []\nhosts: []\n", "f:2:1: mapping key \"hosts\" already defined at [1:1]"},
		"wrong type":    {"limits:\n  perHost: many\n", "f:2:12: cannot unmarshal string into Go struct field Config.Limits of type int"},
		"not YAML":      {"a: [", "f:1:4: sequence end token ']' not found"},
		"no target":     {"mirrors:\n- from: a\n", "f: mirrors[0]: from and to are both needed"},
		"mixed":         {"mirrors:\n- from: https://a\n  to: [b]\n", "f: mirrors[0]: from is a URL, so \"b\" must be one too"},
		"star":          {"mirrors:\n- {from: '*.example', to: [b]}\n", "f: mirrors[0]: from: \"*.example\" is not understood; only \"*\" and \"https://*\" have a star"},
		"star mixed":    {"mirrors:\n- {from: 'https://*', to: [b]}\n", "f: mirrors[0]: from is a URL, so \"b\" must be one too"},
		"host is a URL": {"hosts:\n- name: https://a\n", "f: hosts[0]: name \"https://a\" is not a host or host:port"},
		"host twice":    {"hosts:\n- name: a\n- name: a\n", "f: hosts[1]: a is there twice"},
		"contradiction": {"hosts:\n- {name: a, plainHTTP: true, insecure: true}\n", "f: hosts[0]: a: plainHTTP excludes ca and insecure"},
		"no password":   {"hosts:\n- {name: a, user: u}\n", "f: hosts[0]: a: user and passwordEnv belong together"},
		"negative":      {"limits: {total: -1}\n", "f: limits: a limit is negative"},
		"huge":          {strings.Repeat("#", maxConfig+1), "f: larger than 1048576 bytes, the most a configuration may have"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Decode("f", []byte(tt.in))
			check(t, err, "", tt.want)
		})
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "remote.yaml")
	if _, err := Load(path); err == nil {
		t.Error("a missing file is no error")
	}
	if err := os.WriteFile(path, []byte("limits: {total: 3}"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path)
	if err != nil || c.Limits.Total != 3 {
		t.Errorf("%+v, %v", c, err)
	}
}
