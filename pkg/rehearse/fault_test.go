package rehearse_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/opc-source/opc-image/pkg/rehearse"
)

const faultyPath = "/dl/h/data.bin"

var faultyFile = rehearse.Inventory{Files: []rehearse.File{{URL: "https://h/data.bin", Size: 100_000}}}

// first gives the first request a fault and lets the others pass.
func first(f rehearse.Fault) rehearse.Options {
	return rehearse.Options{Divisor: 1, Fault: func(_ *http.Request, nth int) rehearse.Fault {
		if nth == 1 {
			return f
		}
		return rehearse.Fault{}
	}}
}

func TestFaultStatus(t *testing.T) {
	t.Parallel()
	u := start(t, faultyFile, first(rehearse.Fault{Status: 429, RetryAfter: 3 * time.Second}))
	resp, _ := get(t, u, faultyPath, nil)
	if resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "3" {
		t.Errorf("got %s, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
	}
	if resp, _ := get(t, u, faultyPath, nil); resp.StatusCode != 200 {
		t.Errorf("the second request gets %s", resp.Status)
	}
}

func TestFaultTruncates(t *testing.T) {
	t.Parallel()
	u := start(t, faultyFile, first(rehearse.Fault{Truncate: 50_001}))
	resp, err := http.Get("http://" + u.Address() + faultyPath)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(body) != 50_001 || resp.ContentLength != 100_000 {
		t.Errorf("got %d of %d bytes and %v", len(body), resp.ContentLength, err)
	}
}

func TestFaultCorrupts(t *testing.T) {
	t.Parallel()
	u := start(t, faultyFile, first(rehearse.Fault{Corrupt: true}))
	_, bad := get(t, u, faultyPath, nil)
	_, good := get(t, u, faultyPath, nil)
	if len(bad) != len(good) || bad[0] == good[0] || !bytes.Equal(bad[1:], good[1:]) {
		t.Error("exactly the first byte must differ")
	}
}

func TestFaultDelayEndsWithTheClient(t *testing.T) {
	t.Parallel()
	u := start(t, faultyFile, first(rehearse.Fault{Delay: time.Hour}))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+u.Address()+faultyPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := http.DefaultClient.Do(req); !errors.Is(err, context.DeadlineExceeded) { //nolint:bodyclose // no body
		t.Errorf("got %v", err)
	}
}
