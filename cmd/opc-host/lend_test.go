//go:build linux

package main

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/clustercert"
)

// pki makes the certificates of a cluster on loopback and gives those of etcd.
func pki(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := clustercert.Generate(clustercert.Config{
		Dir: dir, NodeName: "m1", NodeIP: netip.MustParseAddr("127.0.0.1"),
		ServiceCIDRs: []netip.Prefix{netip.MustParsePrefix("10.96.0.0/16")}, DNSDomain: "cluster.local",
	}); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "etcd")
}

// lent lends a file and gives the port.
func lent(t *testing.T, pki, file string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	port, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- lender{pki: pki, port: "0"}.lend(ctx, file, func(a net.Addr) {
			_, p, _ := net.SplitHostPort(a.String())
			port <- p
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return <-port
}

// TestLend: a master gets the file as it is; who has no certificate of this
// cluster's etcd gets nothing.
func TestLend(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "etcd.db")
	content := bytes.Repeat([]byte("all that is in etcd\n"), 1<<16)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	own, other := pki(t), pki(t)
	port := lent(t, own, file)
	var got bytes.Buffer
	if err := (lender{own, port}).borrow(t.Context(), "127.0.0.1", &got); err != nil || !bytes.Equal(got.Bytes(), content) {
		t.Errorf("%v, %d bytes of %d", err, got.Len(), len(content))
	}
	for name, l := range map[string]lender{"of another cluster": {other, port}, "without certificates": {t.TempDir(), port}, "where nobody lends": {own, "1"}} {
		got.Reset()
		if err := l.borrow(t.Context(), "127.0.0.1", &got); err == nil || got.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, got.Len())
		}
	}
	// One who believes anybody, and shows nothing.
	if _, err := ask(t.Context(), "https://127.0.0.1:"+port+"/"); err == nil {
		t.Error("it is given to one without a certificate")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := (lender{own, port}).borrow(t.Context(), "127.0.0.1", &got); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("a file that has gone: %v", err)
	}
}

func TestLendRefuses(t *testing.T) {
	t.Parallel()
	own := pki(t)
	if err := (lender{own, "0"}).lend(t.Context(), filepath.Join(own, "none"), nil); err == nil {
		t.Error("a file that is not there is lent")
	}
	if err := (lender{t.TempDir(), "0"}).lend(t.Context(), "/dev/null", nil); err == nil || !strings.Contains(err.Error(), "not a master") {
		t.Errorf("a host that is no master: %v", err)
	}
}
