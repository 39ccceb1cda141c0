package remote

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a clock that moves when somebody sleeps.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return ctx.Err()
}

// newClient makes a client that sees nothing of the machine it runs on.
func newClient(t testing.TB, o Options) (*Client, *clock) {
	t.Helper()
	k := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	if o.CertDirs == nil {
		o.CertDirs = []string{}
	}
	if o.DockerConfig == "" {
		o.DockerConfig = filepath.Join(t.TempDir(), "config.json")
	}
	o.Now, o.Sleep = k.Now, k.Sleep
	o.Jitter = func() float64 { return 1 }
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, k
}

func get(url string) *Request {
	return &Request{Subject: Subject{Op: "get", Ref: "thing"}, Method: http.MethodGet, URL: url}
}

func read(t testing.TB, c *Client, r *Request) (string, error) {
	t.Helper()
	resp, err := c.Do(t.Context(), r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return string(data), err
}

// fixed serves one content under every path, with ranges and an ETag.
func fixed(data string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(data))
	})
}

// check compares an error with its exact text, in which HOST is the host.
func check(t testing.TB, err error, host, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if want = strings.ReplaceAll(want, "HOST", host); got != want {
		t.Errorf("error\n got %s\nwant %s", got, want)
	}
}
