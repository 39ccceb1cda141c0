package vip

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Prober asks backends whether they work. The zero value is ready.
type Prober struct {
	// Timeout of one question. Default: 3 seconds.
	Timeout time.Duration
}

// alive gives the backends that answer, in their order. They are asked all at
// once.
func (p *Prober) alive(ctx context.Context, s *Saved) []netip.AddrPort {
	timeout := p.Timeout
	if timeout == 0 {
		timeout = 3 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	ok := make([]bool, len(s.Backends))
	var wait sync.WaitGroup
	for i, b := range s.Backends {
		wait.Go(func() { ok[i] = ask(ctx, s.Scheme+"://"+b.String()+s.Path) })
	}
	wait.Wait()
	var alive []netip.AddrPort
	for i, b := range s.Backends {
		if ok[i] {
			alive = append(alive, b)
		}
	}
	return alive
}

// ask tells whether a server answers, and not with an error of its own. What it
// is asked for it may refuse: that is an answer. Certificates are not checked:
// nothing is sent and what comes back is only counted.
func ask(ctx context.Context, url string) bool {
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
		DisableKeepAlives: true, // A new connection is what is to be known about.
	}
	client := http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode < 500
}
