package remote

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

func tokens() *remotetest.Tokens {
	return &remotetest.Tokens{Good: fixed("content"), User: "u", Password: "p"}
}

func dockerConfig(t *testing.T, host, user, password string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	auth := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	data := fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, host, auth)
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func pull(url string) *Request {
	r := get(url)
	r.Scopes = []string{PullScope("a")}
	return r
}

func TestToken(t *testing.T) {
	t.Parallel()
	guard := tokens()
	srv := remotetest.Serve(t, guard)
	c, _ := newClient(t, Options{DockerConfig: dockerConfig(t, srv.Host(), "u", "p")})
	for range 3 {
		if got, err := read(t, c, pull(srv.URL)); got != "content" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	if n := guard.Issued.Load(); n != 1 {
		t.Errorf("%d tokens, want one kept", n)
	}
}

func TestTokenRefused(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, tokens())
	c, k := newClient(t, Options{})
	_, err := read(t, c, pull(srv.URL))
	check(t, err, srv.Host(), `thing: get at HOST: 401 Unauthorized: asking HOST for a token: unauthorized: incorrect username or password; log in with "opc-image login HOST", or set user and passwordEnv of the host`)
	if Status(err) != 401 || len(k.slept) != 0 {
		t.Errorf("status %d, slept %v", Status(err), k.slept)
	}
}

func TestTokenServiceRecovers(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, tokens())
	srv.Fault("", "/token", remotetest.Status(503))
	c, _ := newClient(t, Options{DockerConfig: dockerConfig(t, srv.Host(), "u", "p")})
	if got, err := read(t, c, pull(srv.URL)); got != "content" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// TestTokenServiceSilent names who gives no token, which is not who was asked.
func TestTokenServiceSilent(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, tokens())
	silent := func(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() }
	srv.Fault("", "/token", silent, silent)
	c, _ := newClient(t, Options{
		DockerConfig: dockerConfig(t, srv.Host(), "u", "p"),
		Config:       Config{Limits: Limits{Idle: 30 * time.Millisecond, Attempts: 2}},
	})
	_, err := read(t, c, pull(srv.URL))
	check(t, err, srv.Host(), "thing: get at HOST: asking HOST for a token: nothing moved for 30ms (2 attempts); the host has trouble: run again later or add a mirror; what was fetched stays")
	if !errors.Is(err, ErrIdle) {
		t.Error(err)
	}
}

func TestConfiguredUser(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, tokens())
	for password, want := range map[string]string{
		"p": "",
		"":  "thing: get at HOST: environment variable SECRET, the password for HOST, is empty",
	} {
		c, _ := newClient(t, Options{
			Config: Config{Hosts: []Host{{Name: srv.Host(), User: "u", PasswordEnv: "SECRET"}}},
			Getenv: func(string) string { return password },
		})
		_, err := read(t, c, pull(srv.URL))
		check(t, err, srv.Host(), want)
	}
}

// basic guards with HTTP basic authentication, as chart repositories do.
func basic(w http.ResponseWriter, r *http.Request) {
	if u, p, _ := r.BasicAuth(); u != "u" || p != "p" {
		w.Header().Set("WWW-Authenticate", `Basic realm="charts"`)
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func TestBasic(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, http.HandlerFunc(basic))
	c, _ := newClient(t, Options{DockerConfig: dockerConfig(t, srv.Host(), "u", "p")})
	if _, err := read(t, c, get(srv.URL)); err != nil {
		t.Error(err)
	}
	c, _ = newClient(t, Options{})
	_, err := read(t, c, get(srv.URL))
	check(t, err, srv.Host(), `thing: get at HOST: 401 Unauthorized: no credentials are known; log in with "opc-image login HOST", or set user and passwordEnv of the host`)
}

func TestLogin(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, tokens())
	path := filepath.Join(t.TempDir(), "config.json")
	c, _ := newClient(t, Options{DockerConfig: path})
	if err := c.Login(t.Context(), srv.Host(), "u", "wrong"); Status(err) != 401 {
		t.Errorf("a wrong password: %v", err)
	}
	if err := c.Login(t.Context(), srv.Host(), "u", "p"); err != nil {
		t.Fatal(err)
	}
	again, _ := newClient(t, Options{DockerConfig: path})
	if err := again.Check(t.Context(), srv.Host()); err != nil {
		t.Errorf("after login: %v", err)
	}
	for _, want := range []bool{true, false} {
		if was, err := again.Logout(t.Context(), srv.Host()); was != want || err != nil {
			t.Fatalf("logged in %t, want %t, %v", was, want, err)
		}
	}
	third, _ := newClient(t, Options{DockerConfig: path})
	if err := third.Check(t.Context(), srv.Host()); Status(err) != 401 {
		t.Errorf("after logout: %v", err)
	}
}

// TestHelper: a credential helper is a program on the path.
func TestHelper(t *testing.T) {
	srv := remotetest.Serve(t, tokens())
	dir := t.TempDir()
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	script := "#!/bin/sh\necho '{\"ServerURL\":\"x\",\"Username\":\"u\",\"Secret\":\"p\"}'\n"
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-opctest"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "config.json")
	data := fmt.Sprintf(`{"credHelpers":{%q:"opctest"}}`, srv.Host())
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	c, _ := newClient(t, Options{DockerConfig: path})
	if _, err := read(t, c, pull(srv.URL)); err != nil {
		t.Error(err)
	}
}

func TestProxy(t *testing.T) {
	t.Parallel()
	proxy := remotetest.Serve(t, fixed("by proxy"))
	c, _ := newClient(t, Options{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }})
	if got, err := read(t, c, get("http://registry.invalid/x")); got != "by proxy" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
