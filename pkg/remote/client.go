package remote

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"oras.land/oras-go/v2/registry/remote/auth"
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

// Client makes requests. It may be used by many goroutines.
type Client struct {
	config    Config
	limits    Limits
	hosts     map[string]Host
	certs     certDirs
	keys      *keys
	transport *transport
	round     http.RoundTripper
	auth      *auth.Client
	agent     string
	total     *semaphore.Weighted
	shared    *shared
	now       func() time.Time
	sleep     func(context.Context, time.Duration) error
	jitter    func() float64
}

// shared is what a client learns about hosts while it runs.
type shared struct {
	mu    sync.Mutex
	gates map[string]*gate
	dead  map[string]bool
}

// New makes a client. Close it when done.
func New(o Options) (*Client, error) {
	if err := o.Config.Validate(); err != nil {
		return nil, fmt.Errorf("configuration of remote hosts: %w", err)
	}
	o = o.withDefaults()
	limits := o.Config.Limits.withDefaults()
	hosts := map[string]Host{}
	for _, h := range o.Config.Hosts {
		if h.Name == "docker.io" {
			h.Name = hub
		}
		hosts[h.Name] = h
	}
	c := &Client{
		config: o.Config, limits: limits, hosts: hosts, certs: o.CertDirs, agent: o.UserAgent,
		keys:      &keys{hosts: hosts, getenv: o.Getenv, path: o.DockerConfig},
		transport: newTransport(o, limits, hosts),
		total:     semaphore.NewWeighted(int64(limits.Total)),
		shared:    &shared{gates: map[string]*gate{}, dead: map[string]bool{}},
		now:       o.Now, sleep: o.Sleep, jitter: o.Jitter,
	}
	c.round = c.transport
	if o.Offline {
		c.round = offline{}
	}
	c.auth = c.newAuth(c.keys.find)
	return c, nil
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

// newAuth makes the part that answers challenges and keeps tokens. It drops
// the Authorization header when a redirect leaves the host.
func (c *Client) newAuth(find auth.CredentialFunc) *auth.Client {
	return &auth.Client{
		Client:     &http.Client{Transport: c.round},
		Header:     http.Header{"User-Agent": {c.agent}},
		Credential: find,
		Cache:      auth.NewCache(),
		ClientID:   c.agent,
	}
}

// Close drops idle connections.
func (c *Client) Close() { c.transport.close() }

// Limits are the limits in force, defaults filled in.
func (c *Client) Limits() Limits { return c.limits }

// PerHost is how many requests a host gets at a time at most.
func (c *Client) PerHost(host string) int {
	if n := c.hosts[host].PerHost; n > 0 {
		return n
	}
	return c.limits.PerHost
}

// gate returns the gate of a host.
func (c *Client) gate(host string) *gate {
	c.shared.mu.Lock()
	defer c.shared.mu.Unlock()
	g := c.shared.gates[host]
	if g == nil {
		g = newGate(c.PerHost(host))
		c.shared.gates[host] = g
	}
	return g
}
