package remote

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

// writeCA writes the certificate a test server shows, its own authority.
func writeCA(t *testing.T, srv *remotetest.Server, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	srv := remotetest.ServeTLS(t, fixed("content"))
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca.pem")
	writeCA(t, srv, ca)
	writeCA(t, srv, filepath.Join(dir, srv.Host(), "ca.crt"))
	empty := filepath.Join(dir, "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		host Host
		dirs []string
		err  string
	}{
		"own CA":     {host: Host{CA: ca}},
		"insecure":   {host: Host{Insecure: true}},
		"certs.d":    {dirs: []string{"/does/not/exist", dir}},
		"untrusted":  {err: "thing: get at HOST: tls: failed to verify certificate: x509: certificate signed by unknown authority; give the authority's certificate as ca of the host"},
		"no PEM":     {host: Host{CA: empty}, err: "thing: get at HOST: certificates for HOST: " + empty + " holds no PEM certificate"},
		"no such CA": {host: Host{CA: "/no"}, err: "thing: get at HOST: certificates for HOST: open /no: no such file or directory"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.host.Name = srv.Host()
			if tt.dirs == nil {
				tt.dirs = []string{}
			}
			c, k := newClient(t, Options{Config: Config{Hosts: []Host{tt.host}}, CertDirs: tt.dirs})
			got, err := read(t, c, get(srv.URL))
			check(t, err, srv.Host(), tt.err)
			if err == nil && got != "content" || len(k.slept) != 0 {
				t.Errorf("got %q, slept %v", got, k.slept)
			}
			if p := c.Origin(srv.Host(), "a"); name == "certs.d" && !strings.HasPrefix(p.URL, "https://") {
				t.Errorf("a loopback host with a CA is asked at %s", p.URL)
			}
		})
	}
}

func TestPlainServerAskedOverTLS(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, fixed("content"))
	c, _ := newClient(t, Options{})
	_, err := read(t, c, get("https://"+srv.Host()))
	check(t, err, srv.Host(), "thing: get at HOST: http: server gave HTTP response to HTTPS client; the host speaks plain HTTP: set plainHTTP for it")
}
