package remote

import (
	"context"
	"net/http"
	"strings"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
)

// Check asks a registry whether it is there and takes the credentials known
// for it, by its base endpoint (OCI distribution specification, end-1).
func (c *Client) Check(ctx context.Context, domain string) error {
	return c.check(ctx, domain, c.Origin(domain, ""))
}

// CheckAny is Check of the places that images of a registry come from: its
// mirrors in their order, and itself unless they are the only ones. One that
// answers is enough; the error is the last one's.
func (c *Client) CheckAny(ctx context.Context, domain string) error {
	var err error
	for _, p := range c.Images(domain, "") {
		if err = c.check(ctx, domain, p); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func (c *Client) check(ctx context.Context, domain string, p Place) error {
	root, _, _ := strings.Cut(p.URL, "/v2/")
	resp, err := c.Do(ctx, &Request{
		Subject: Subject{Op: "check", Ref: domain},
		Method:  http.MethodGet,
		URL:     root + "/v2/",
	})
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Login tries user and password at a registry and, when it takes them, keeps
// them as docker does: in the helper that config.json names, or in that file.
func (c *Client) Login(ctx context.Context, domain, user, password string) error {
	host := c.Origin(domain, "").Host
	cred := auth.Credential{Username: user, Password: password}
	trial := *c
	trial.auth = c.newAuth(auth.StaticCredential(host, cred))
	if err := trial.Check(ctx, domain); err != nil {
		return err
	}
	store, err := c.keys.docker()
	if err != nil {
		return &LocalError{err}
	}
	return store.Put(ctx, credentials.ServerAddressFromHostname(host), cred)
}

// Logout forgets what docker's configuration holds for a registry, and tells
// whether there was anything.
func (c *Client) Logout(ctx context.Context, domain string) (bool, error) {
	store, err := c.keys.docker()
	if err != nil {
		return false, &LocalError{err}
	}
	server := credentials.ServerAddressFromHostname(c.Origin(domain, "").Host)
	held, err := store.Get(ctx, server)
	if err != nil || held == auth.EmptyCredential {
		return false, err
	}
	return true, store.Delete(ctx, server)
}
