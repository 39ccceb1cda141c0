package remote

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// transport sends each request with the trust its host needs.
type transport struct {
	certs  certDirs
	hosts  map[string]Host
	limits Limits
	proxy  func(*http.Request) (*url.URL, error)

	plain *http.Transport // for hosts that need nothing special
	mu    sync.Mutex
	own   map[string]*http.Transport
}

func newTransport(o Options, limits Limits, hosts map[string]Host) *transport {
	t := &transport{certs: o.CertDirs, hosts: hosts, limits: limits, proxy: o.Proxy}
	t.plain = t.build(nil)
	t.own = map[string]*http.Transport{}
	return t
}

// build makes a transport. It stays with HTTP/1.1: several connections carry
// large blobs faster than one HTTP/2 connection shared by all.
func (t *transport) build(cfg *tls.Config) *http.Transport {
	if cfg == nil {
		cfg = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	dialer := net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:           t.proxy,
		TLSClientConfig: cfg,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, addr)
			if tcp, ok := conn.(*net.TCPConn); ok {
				return sendConn{tcp}, nil
			}
			return conn, err
		},
		TLSHandshakeTimeout: 15 * time.Second,
		MaxIdleConnsPerHost: t.limits.Total,
		IdleConnTimeout:     time.Minute,
		DisableCompression:  true, // content is verified as it was published
	}
}

// RoundTrip implements http.RoundTripper. The requests of this package say which
// encoding they take; the others are for tokens.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.trip(req)
	if err != nil && req.Header.Get("Accept-Encoding") == "" {
		err = &tokenError{req.URL.Host, cause(req.Context(), err)}
	}
	return resp, err
}

// tokenError is a request for a token that had no answer. Its host mostly is
// another one than that of the request which needs the token.
type tokenError struct {
	host string
	err  error
}

// Error implements error.
func (e *tokenError) Error() string { return "asking " + e.host + " for a token: " + e.err.Error() }

// Unwrap returns the cause.
func (e *tokenError) Unwrap() error { return e.err }

func (t *transport) trip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == "http" {
		return t.plain.RoundTrip(req)
	}
	own, err := t.forHost(req.URL.Host)
	if err != nil {
		return nil, &LocalError{err}
	}
	return own.RoundTrip(req)
}

func (t *transport) forHost(host string) (*http.Transport, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if own, ok := t.own[host]; ok {
		return own, nil
	}
	h := t.hosts[host]
	h.Name = host
	cfg, err := t.certs.tlsConfig(h)
	if err != nil {
		return nil, err
	}
	own := t.plain
	if cfg != nil {
		own = t.build(cfg)
	}
	t.own[host] = own
	return own, nil
}

func (t *transport) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, own := range t.own {
		own.CloseIdleConnections()
	}
	t.plain.CloseIdleConnections()
}

// offline refuses every request, so that nothing can use the network by
// mistake.
type offline struct{}

// RoundTrip implements http.RoundTripper.
func (offline) RoundTrip(*http.Request) (*http.Response, error) { return nil, ErrOffline }
