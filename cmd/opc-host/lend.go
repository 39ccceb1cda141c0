//go:build linux

package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// lendPort is beside those of etcd.
const lendPort = "2382"

// lender hands a file over from one master to others. They are who has a
// certificate of a member of etcd, so they may have what is in etcd.
type lender struct {
	// pki has peer.crt and peer.key of this host, and ca.crt for those of others.
	pki  string
	port string
}

func (l lender) tls() (*tls.Config, error) {
	own, err := tls.LoadX509KeyPair(filepath.Join(l.pki, "peer.crt"), filepath.Join(l.pki, "peer.key"))
	if err != nil {
		return nil, fmt.Errorf("this host is not a master with an etcd of its own: %w", err)
	}
	ca, err := os.ReadFile(filepath.Join(l.pki, "ca.crt"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		return nil, fmt.Errorf("%s/ca.crt has no certificate", l.pki)
	}
	return &tls.Config{
		Certificates: []tls.Certificate{own}, RootCAs: pool, ClientCAs: pool,
		ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS13,
	}, nil
}

// lend gives a file to each master that asks, until the context ends. listening
// is told where; it may be nil.
func (l lender) lend(ctx context.Context, file string, listening func(net.Addr)) error {
	config, err := l.tls()
	if err != nil {
		return err
	}
	if _, err := os.Stat(file); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("", l.port))
	if err != nil {
		return err
	}
	if listening != nil {
		listening(listener.Addr())
	}
	server := http.Server{
		TLSConfig: config, ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) }),
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.ServeTLS(listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// borrow writes the file that a master lends. It fails when it is not whole.
func (l lender) borrow(ctx context.Context, from string, to io.Writer) error {
	config, err := l.tls()
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true, DisableCompression: true}, Timeout: 10 * time.Minute}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+net.JoinHostPort(from, l.port)+"/", nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", request.URL, response.Status)
	}
	_, err = io.Copy(to, response.Body)
	return err
}
