package remote

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"oras.land/oras-go/v2/registry/remote/auth"
)

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
