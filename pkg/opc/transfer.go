package opc

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/containerd/platforms"

	"github.com/opc-source/opc-image/pkg/archive"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/push"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/serve"
	"github.com/opc-source/opc-image/pkg/store"
)

// PushOptions change what Push does.
type PushOptions struct {
	// To is the name in the registry; default the image's own.
	To string
	// From are repositories of the same registry that may have layers already.
	From []string
	// AllowStandins pushes an image of a rehearsal to a registry that is not on
	// this machine.
	AllowStandins bool
}

// Pushed is what a push did.
type Pushed struct {
	Name string `json:"name"`
	push.Result
}

// Push uploads an image to a registry. Layers it has are not sent again; the
// name is written last, when everything is there.
func (c *Client) Push(ctx context.Context, name string, opts PushOptions) (*Pushed, error) {
	img, err := c.Inspect(ctx, name)
	if err != nil {
		return nil, err
	}
	if opts.To == "" {
		opts.To = img.Name
	}
	to, err := ParsePushName(opts.To)
	if err != nil {
		return nil, err
	}
	if img.standin() && !opts.AllowStandins && !loopback(to.Domain) {
		return nil, fmt.Errorf("%w: image %s was made in a rehearsal and holds stand-ins; to push it to %s all the same, use --allow-standins", ErrInput, img.Name, to.Domain)
	}
	meter := c.opts.Progress.Begin(progress.Push, 0, 0)
	result, err := push.New(c.remote, c.store).Push(ctx, img.Descriptor, to, push.Options{From: opts.From}, meter)
	meter.End(err)
	if err != nil {
		return nil, err
	}
	return &Pushed{to.String(), result}, nil
}

// ParsePushName reads the name that an image is pushed under; one for this
// machine only is none.
func ParsePushName(name string) (reference.Ref, error) {
	ref, err := ParseName(name)
	if err == nil && ref.Domain == reference.LocalDomain {
		err = fmt.Errorf("%w: image %s is named for this machine only; say where to push it: opc-image push %s REGISTRY/%s", ErrInput, ref, ref, ref.Path)
	}
	return ref, err
}

// loopback tells whether a registry is on this machine.
func loopback(domain string) bool {
	host, _, err := net.SplitHostPort(domain)
	if err != nil {
		host = domain
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == reference.LocalDomain || ip != nil && ip.IsLoopback()
}

// Pull brings a cluster image from a registry into the store, for some
// platforms; none means all.
func (c *Client) Pull(ctx context.Context, name string, targets []string) (*Image, error) {
	ref, err := reference.Parse(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	if len(targets) > 0 {
		if targets, err = normalPlatforms(targets); err != nil {
			return nil, err
		}
	}
	meter := c.opts.Progress.Begin(progress.Fetch, 0, 0)
	pulled, err := push.Pull(ctx, c.source, ref, parsePlatforms(targets), meter)
	meter.End(err)
	if err != nil {
		return nil, err
	}
	desc := pulled.Desc
	if len(targets) == 1 && len(pulled.Manifests) == 1 {
		desc = pulled.Manifests[0].Desc
		desc.Platform = nil
	}
	img, err := c.read(ctx, ref.String(), desc)
	if err != nil {
		return nil, fmt.Errorf("pull %s: %w", ref, err)
	}
	return img, c.store.Tag(ctx, ref.String(), desc)
}

// Save writes an image to an OCI archive: all platforms, or one.
func (c *Client) Save(ctx context.Context, name, platform, file string) error {
	image, opts, err := c.saving(ctx, name, platform)
	if err != nil {
		return err
	}
	return archive.SaveFile(ctx, c.store, image, file, opts)
}

// SaveTo is Save to a stream.
func (c *Client) SaveTo(ctx context.Context, name, platform string, w io.Writer) error {
	image, opts, err := c.saving(ctx, name, platform)
	if err != nil {
		return err
	}
	return archive.Save(ctx, c.store, image, w, opts)
}

func (c *Client) saving(ctx context.Context, name, platform string) (store.Image, archive.SaveOptions, error) {
	opts := archive.SaveOptions{Progress: c.opts.Progress}
	img, err := c.Inspect(ctx, name)
	if err != nil {
		return store.Image{}, opts, err
	}
	if platform != "" {
		v, err := img.Variant(platform)
		if err != nil {
			return store.Image{}, opts, err
		}
		p, err := platforms.Parse(v.Platform)
		if err != nil {
			return store.Image{}, opts, err
		}
		opts.Platform = &p
	}
	return store.Image{Name: img.Name, Descriptor: img.Descriptor}, opts, nil
}

// Load brings the images of an OCI archive, or of an image layout in a
// directory, into the store. A name replaces the one in the archive.
func (c *Client) Load(ctx context.Context, file, name string) ([]store.Image, error) {
	opts, err := c.loading(name)
	if err != nil {
		return nil, err
	}
	return archive.Load(ctx, c.store, file, opts)
}

// LoadFrom is Load from a stream.
func (c *Client) LoadFrom(ctx context.Context, r io.Reader, name string) ([]store.Image, error) {
	opts, err := c.loading(name)
	if err != nil {
		return nil, err
	}
	return archive.LoadReader(ctx, c.store, r, opts)
}

func (c *Client) loading(name string) (archive.LoadOptions, error) {
	opts := archive.LoadOptions{Progress: c.opts.Progress}
	if name != "" {
		ref, err := ParseName(name)
		if err != nil {
			return opts, err
		}
		opts.Name = ref.String()
	}
	return opts, nil
}

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

// Logout forgets the credentials of a registry.
func (c *Client) Logout(ctx context.Context, domain string) error {
	return c.remote.Logout(ctx, domain)
}

// CheckRegistry tells whether a registry, or a mirror of it, answers and takes
// the credentials there are for it.
func (c *Client) CheckRegistry(ctx context.Context, domain string) error {
	return c.remote.CheckAny(ctx, domain)
}
