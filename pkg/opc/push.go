package opc

import (
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/push"
	"github.com/opc-source/opc-image/pkg/reference"
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
	to, err := opts.destination(img)
	if err != nil {
		return nil, err
	}
	if img.Standin() && !opts.AllowStandins && !loopback(to.Domain) {
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

// destination is where an image is to be pushed.
func (o PushOptions) destination(img *Image) (reference.Ref, error) {
	if o.To == "" {
		return ParsePushName(img.Name)
	}
	to, err := ParseName(o.To)
	if err == nil && to.Domain == reference.LocalDomain {
		err = fmt.Errorf("%w: the destination %s has no registry; write REGISTRY/NAME[:TAG]", ErrInput, o.To)
	}
	return to, err
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
