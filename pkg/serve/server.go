package serve

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// ListenOptions say where and how to serve.
type ListenOptions struct {
	// Address is host:port to listen on; port 0 takes a free one.
	// "": 127.0.0.1:5000.
	Address string
	// CertFile and KeyFile are PEM files; with them the server speaks TLS.
	CertFile, KeyFile string
	// Grace is how long requests may go on after the end was asked for.
	// 0: 800 ms.
	Grace time.Duration
}

// Server is a handler on a port.
type Server struct {
	listener net.Listener
	server   *http.Server
	scheme   string
	grace    time.Duration
}

// Listen opens the port. Nothing is answered until Serve.
func Listen(ctx context.Context, handler http.Handler, opts ListenOptions) (*Server, error) {
	s := &Server{scheme: "http", grace: cmp.Or(opts.Grace, 800*time.Millisecond)}
	s.server = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	var config *tls.Config
	if opts.CertFile != "" || opts.KeyFile != "" {
		pair, err := tls.LoadX509KeyPair(opts.CertFile, opts.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("certificate of the registry: %w", err)
		}
		s.scheme = "https"
		config = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	address := cmp.Or(opts.Address, "127.0.0.1:5000")
	var err error
	if s.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", address); err != nil {
		return nil, fmt.Errorf("serve on %s: %w; choose another address", address, err)
	}
	if config != nil {
		s.listener = tls.NewListener(s.listener, config)
	}
	return s, nil
}

// Address is the host and port that the server listens on.
func (s *Server) Address() string { return s.listener.Addr().String() }

// URL is the address with its scheme.
func (s *Server) URL() string { return s.scheme + "://" + s.Address() }

// Serve answers until ctx ends, then lets requests finish for the time of grace,
// cuts the others and returns nil. Any other end is an error.
func (s *Server) Serve(ctx context.Context) error {
	failed := make(chan error, 1)
	go func() { failed <- s.server.Serve(s.listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", s.Address(), err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.grace)
	defer cancel()
	err := s.server.Shutdown(end)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.server.Close()
	}
	<-failed
	return err
}
