package remote

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"time"
)

// Options are what a [Client] is made with. The zero value is ready to use.
type Options struct {
	// Config says how hosts are reached.
	Config Config
	// Offline refuses every request with [ErrOffline].
	Offline bool
	// CertDirs are directories of certificates by host, laid out as docker
	// does; nil means /etc/docker/certs.d and /etc/containers/certs.d.
	CertDirs []string
	// DockerConfig is docker's config.json; empty means where docker has it.
	DockerConfig string
	// UserAgent is how the client calls itself; empty means "opc-image".
	UserAgent string
	// Proxy finds the proxy of a request; nil means HTTP_PROXY, HTTPS_PROXY
	// and NO_PROXY of the environment.
	Proxy func(*http.Request) (*url.URL, error)
	// Getenv reads passwords; nil means os.Getenv.
	Getenv func(string) string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Sleep waits between attempts; nil means really.
	Sleep func(context.Context, time.Duration) error
	// Jitter is a number in [0,1) by chance; nil means math/rand.
	Jitter func() float64
}

func (o Options) withDefaults() Options {
	if o.CertDirs == nil {
		o.CertDirs = []string{"/etc/docker/certs.d", "/etc/containers/certs.d"}
	}
	if o.UserAgent == "" {
		o.UserAgent = "opc-image"
	}
	if o.Proxy == nil {
		o.Proxy = http.ProxyFromEnvironment
	}
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	return o
}
