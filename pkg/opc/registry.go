package opc

import (
	"context"
	"fmt"
	"net/http"

	"github.com/opc-source/opc-image/pkg/serve"
)

// Handler serves the store's images, or those named, as a read-only registry.
func (c *Client) Handler(names []string) (http.Handler, error) {
	opts := serve.Options{Report: func(image string, err error) { c.opts.Log(fmt.Sprintf("not served: %s: %v", image, err)) }}
	for _, name := range names {
		ref, err := ParseName(name)
		if err != nil {
			return nil, err
		}
		opts.Images = append(opts.Images, ref.String())
	}
	return serve.New(c.store, opts), nil
}

// Login checks credentials with a registry and keeps them where docker does.
func (c *Client) Login(ctx context.Context, domain, user, password string) error {
	return c.remote.Login(ctx, domain, user, password)
}

// Logout forgets the credentials of a registry, and tells whether there were any.
func (c *Client) Logout(ctx context.Context, domain string) (bool, error) {
	return c.remote.Logout(ctx, domain)
}

// CheckRegistry tells whether a registry, or a mirror of it, answers and takes
// the credentials there are for it.
func (c *Client) CheckRegistry(ctx context.Context, domain string) error {
	return c.remote.CheckAny(ctx, domain)
}
