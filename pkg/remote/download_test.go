package remote

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

// memory is a Sink that may hold something already, and may fail.
type memory struct {
	bytes.Buffer
	restarts int
	full     error
}

func (m *memory) Offset() int64 { return int64(m.Len()) }

func (m *memory) Restart() error {
	m.restarts++
	m.Reset()
	return nil
}

func (m *memory) Write(p []byte) (int, error) {
	if m.full != nil {
		return 0, m.full
	}
	return m.Buffer.Write(p)
}

// TestDownload asserts for each fault of the content which parts are asked
// for, how many bytes the server sent, and the error.
func TestDownload(t *testing.T) {
	t.Parallel()
	const content = "0123456789"
	tests := map[string]struct {
		faults   []remotetest.Fault
		have     string // kept from an earlier run
		size     int64
		unknown  bool // digest not known
		limit    int64
		ranges   []string
		sent     int64
		restarts int
		err      string
	}{
		"good":         {size: 10, ranges: []string{""}, sent: 10},
		"from before":  {size: 10, have: "0123", ranges: []string{"bytes=4-9"}, sent: 6},
		"all there":    {size: 10, have: content},
		"size unknown": {size: -1, limit: 10, ranges: []string{""}, sent: 10},
		"truncated": {
			size: 10, faults: []remotetest.Fault{remotetest.Truncate(4), remotetest.Truncate(2)},
			ranges: []string{"", "bytes=4-9", "bytes=6-9"}, sent: 10,
		},
		"truncated to the end": {
			size: 10, faults: remotetest.Repeat(5, remotetest.Truncate(0)),
			ranges: []string{"", "", "", "", ""},
			err:    "thing: get at HOST: unexpected EOF (5 attempts); the host has trouble: run again later or add a mirror; what was fetched stays",
		},
		"stalled": {
			size: 10, faults: []remotetest.Fault{remotetest.Stall(4)},
			ranges: []string{"", "bytes=4-9"}, sent: 10,
		},
		"range ignored": {
			size: 10, have: "0123", faults: []remotetest.Fault{remotetest.IgnoreRange},
			ranges: []string{"bytes=4-9"}, sent: 10,
		},
		"wrong range": {
			size: 10, have: "0123", faults: []remotetest.Fault{remotetest.WrongRange},
			ranges: []string{"bytes=4-9", ""}, sent: 12, restarts: 1,
		},
		"416": {
			size: 10, have: "0123", faults: []remotetest.Fault{remotetest.Status(416)},
			ranges: []string{"bytes=4-9", ""}, sent: 10, restarts: 1,
		},
		"kept too much": {
			size: 10, have: content + "!", ranges: []string{""}, sent: 10, restarts: 1,
		},
		"too long": {
			size: 10, faults: []remotetest.Fault{remotetest.Longer(3)}, ranges: []string{""}, sent: -1,
			err: "thing: get at HOST: wrong content: the answer ends at byte 13, the content must have 10; the host serves something else than was published: ask who runs it, or use another mirror",
		},
		"over the limit": {
			size: -1, limit: 9, ranges: []string{""}, sent: -1,
			err: "thing: get at HOST: wrong content: larger than the limit of 9 bytes; the host serves something else than was published: ask who runs it, or use another mirror",
		},
		"encoded": {
			size: 10, faults: []remotetest.Fault{remotetest.Encode}, ranges: []string{""}, sent: -1,
			err: "thing: get at HOST: wrong content: the answer ends at byte 34, the content must have 10, and it came encoded as gzip, which nobody asked for, as some proxies do; the host serves something else than was published: ask who runs it, or use another mirror",
		},
		"ETag vouches": {
			size: -1, limit: 10, unknown: true, faults: []remotetest.Fault{remotetest.Truncate(4)},
			ranges: []string{"", "bytes=4-"}, sent: 10,
		},
		"changed meanwhile": {
			size: -1, limit: 10, unknown: true, faults: []remotetest.Fault{remotetest.Truncate(4), remotetest.IgnoreRange},
			ranges: []string{"", "bytes=4-"}, sent: 14, restarts: 1,
		},
		"nothing vouches": {
			size: 10, have: "0123", unknown: true, ranges: []string{""}, sent: 10, restarts: 1,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := remotetest.Serve(t, fixed(content))
			srv.Fault("", "", append(tt.faults, nil)...)
			c, _ := newClient(t, Options{Config: Config{Limits: Limits{Idle: 100 * time.Millisecond}}})
			dst := &memory{}
			dst.WriteString(tt.have)
			_, err := c.Download(t.Context(), &Download{
				Request: *get(srv.URL), Size: tt.size, Limit: tt.limit, Known: !tt.unknown,
			}, dst)
			check(t, err, srv.Host(), tt.err)
			if err == nil && dst.String() != content {
				t.Errorf("got %q", dst)
			}
			var ranges []string
			for _, e := range srv.Log("", "") {
				ranges = append(ranges, e.Range)
			}
			if diff := cmp.Diff(tt.ranges, ranges); diff != "" {
				t.Error("ranges (-want +got)", diff)
			}
			if n := srv.Sent("", ""); tt.sent >= 0 && n != tt.sent || dst.restarts != tt.restarts {
				t.Errorf("%d bytes sent, want %d; %d restarts, want %d", n, tt.sent, dst.restarts, tt.restarts)
			}
		})
	}
}

// TestProgressRenewsAttempts: a line that breaks often but moves gets there.
func TestProgressRenewsAttempts(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("x", 20*lively)
	srv := remotetest.Serve(t, fixed(content))
	srv.Fault("", "", remotetest.Repeat(15, remotetest.Truncate(lively))...)
	c, _ := newClient(t, Options{})
	dst := &memory{}
	retried := 0
	d := &Download{Request: *get(srv.URL), Size: int64(len(content)), Known: true}
	d.Retried = func(error) { retried++ }
	if _, err := c.Download(t.Context(), d, dst); err != nil {
		t.Fatal(err)
	}
	if dst.String() != content || retried != 15 || srv.Sent("", "") != int64(len(content)) {
		t.Errorf("%d bytes, %d retries, %d bytes sent", dst.Len(), retried, srv.Sent("", ""))
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, fixed("content"))
	c, _ := newClient(t, Options{})
	full := errors.New("no space left on device")
	_, err := c.Download(t.Context(), &Download{Request: *get(srv.URL), Size: 7, Known: true}, &memory{full: full})
	var local *LocalError
	if !errors.As(err, &local) || !errors.Is(err, full) || len(srv.Log("", "")) != 1 {
		t.Errorf("%v after %d requests", err, len(srv.Log("", "")))
	}
}

// TestExpiringRedirect: the second attempt starts at the first URL again and
// gets a fresh link; the token of the registry does not reach the other host.
func TestExpiringRedirect(t *testing.T) {
	t.Parallel()
	cdn := remotetest.Serve(t, fixed("0123456789"))
	cdn.Fault("", "/old", remotetest.Truncate(4))
	cdn.Fault("", "/old", remotetest.Status(http.StatusForbidden))
	srv := remotetest.Serve(t, &remotetest.Tokens{Good: http.NotFoundHandler()})
	srv.Fault("GET", "/blob", nil, // the challenge
		remotetest.Redirect(cdn.URL+"/old"), remotetest.Redirect(cdn.URL+"/old"), remotetest.Redirect(cdn.URL+"/new"))
	c, _ := newClient(t, Options{})
	dst := &memory{}
	r := get(srv.URL + "/blob")
	r.Scopes = []string{PullScope("a")}
	if _, err := c.Download(t.Context(), &Download{Request: *r, Size: 10, Known: true}, dst); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, e := range cdn.Log("", "") {
		paths = append(paths, e.Path+" "+e.Range)
		if e.Authorization != "" {
			t.Errorf("the other host got %q", e.Authorization)
		}
	}
	if diff := cmp.Diff([]string{"/old ", "/old bytes=4-9", "/new bytes=4-9"}, paths); diff != "" {
		t.Error(diff)
	}
	if last := srv.Log("GET", "/blob")[3]; last.Authorization != "Bearer secret-"+PullScope("a") {
		t.Errorf("the registry got %q", last.Authorization)
	}
}
