package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
)

func TestErrorText(t *testing.T) {
	t.Parallel()
	s := Subject{Op: "resolve", Ref: "a:1", Platform: "linux/arm64"}
	tests := map[string]struct {
		err  Error
		want string
	}{
		"all": {
			Error{
				Subject: s, Host: "h", Status: 503, Attempts: 3, Hint: "wait", Err: errors.New("busy"),
				Before: []*Error{{Host: "m", Status: 404}, {Host: "n", Err: errors.New("refused"), Attempts: 2}},
			},
			"a:1 (linux/arm64): resolve at h: 503 Service Unavailable: busy (3 attempts); tried before: m (404 Not Found), n (refused (2 attempts)); wait",
		},
		"least":       {Error{Subject: Subject{Op: "get", Ref: "u"}, Host: "h", Err: io.EOF}, "u: get at h: EOF"},
		"odd status":  {Error{Subject: Subject{Op: "get", Ref: "u"}, Host: "h", Status: 599}, "u: get at h: 599"},
		"one attempt": {Error{Subject: Subject{Op: "get", Ref: "u"}, Host: "h", Status: 404, Attempts: 1}, "u: get at h: 404 Not Found"},
	}
	for name, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, tt.want)
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	if got := Status(fmt.Errorf("outer: %w", &Error{Status: 401})); got != 401 {
		t.Errorf("got %d", got)
	}
	if got := Status(io.EOF); got != 0 {
		t.Errorf("got %d", got)
	}
}

// TestPasses: what is worth another attempt.
func TestPasses(t *testing.T) {
	t.Parallel()
	reset := &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	tests := []struct {
		status int
		err    error
		want   bool
	}{
		{408, nil, true},
		{429, nil, true},
		{500, nil, true},
		{504, nil, true},
		{501, nil, false},
		{505, nil, false},
		{400, nil, false},
		{401, nil, false},
		{403, nil, false},
		{404, nil, false},
		{416, nil, false},
		{0, reset, true},
		{0, syscall.ECONNREFUSED, true},
		{0, syscall.EPIPE, true},
		{0, io.ErrUnexpectedEOF, true},
		{0, fmt.Errorf("x: %w", io.EOF), true},
		{0, fmt.Errorf("%w for 1m", ErrIdle), true},
		{0, errors.New("http: server closed idle connection"), true},
		{0, &net.DNSError{IsTemporary: true}, true},
		{0, &net.DNSError{IsNotFound: true}, false},
		{0, ErrOffline, false},
		{0, ErrContent, false},
		{0, &LocalError{reset}, false},
		{0, errors.New("unsupported protocol scheme"), false},
		{0, nil, false},
	}
	for _, tt := range tests {
		if got := passes(tt.status, tt.err); got != tt.want {
			t.Errorf("%d %v: %v", tt.status, tt.err, got)
		}
	}
}

func TestHints(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status int
		err    error
		want   string
	}{
		{0, &net.DNSError{Name: "h", IsNotFound: true}, "check the host's name, DNS and HTTPS_PROXY"},
		{0, syscall.ECONNREFUSED, "check the network and HTTPS_PROXY, or add a mirror"},
		{0, context.Canceled, ""},
		{0, &LocalError{syscall.ENOSPC}, ""},
		{0, nil, ""},
		{418, nil, "no other try will do: ask who runs the host, or use another mirror"},
		{0, errors.New("stopped after 10 redirects"), "no other try will do: ask who runs the host, or use another mirror"},
	}
	for _, tt := range tests {
		if got := hint("h", tt.status, tt.err); got != tt.want {
			t.Errorf("%d %v: %q", tt.status, tt.err, got)
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	fail := func(ref, platform string) *Error {
		return &Error{Subject: Subject{Op: "get", Ref: ref, Platform: platform}, Host: "h", Status: 404}
	}
	c := NewCollector(func() { t.Error("stopped") })
	if err := c.Err(t.Context()); err != nil {
		t.Error(err)
	}
	c.Add(nil)
	c.Add(fail("b", ""))
	check(t, c.Err(t.Context()), "", "b: get at h: 404 Not Found")
	c.Add(errors.Join(fail("a", "z"), fail("a", "y")))
	err := c.Err(t.Context())
	check(t, err, "", "3 failures:\n  a (y): get at h: 404 Not Found\n  a (z): get at h: 404 Not Found\n  b: get at h: 404 Not Found")
	if Status(err) != 404 {
		t.Error("the failures are hidden")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Err(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestLocalErrorStops(t *testing.T) {
	t.Parallel()
	for _, fatal := range []error{
		&LocalError{syscall.ENOSPC},
		&Error{Err: &LocalError{syscall.ENOSPC}},
		errors.Join(&Error{Status: 404}, &LocalError{syscall.ENOSPC}),
	} {
		stopped := false
		c := NewCollector(func() { stopped = true })
		c.Add(fatal)
		c.Add(errors.New("later"))
		if err := c.Err(t.Context()); !stopped || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%v: stopped %v, %v", fatal, stopped, err)
		}
	}
}

func TestWrong(t *testing.T) {
	t.Parallel()
	err := Wrong(Subject{Op: "verify", Ref: "a"}, "h", "%d bytes", 7)
	if !errors.Is(err, ErrContent) || err.MayPass() {
		t.Errorf("%v", err)
	}
}
