package opc

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/store"
)

// shortDigest is the beginning of a digest as "opc-image images" shows it: 7
// hexadecimal digits or more, the algorithm left out or not.
var shortDigest = regexp.MustCompile(`^(sha256:)?([0-9a-f]{7,64})$`)

// find gives the name and the descriptor of an image in the store. Besides its
// name an image may be called NAME@DIGEST, or by the beginning of its digest.
func (c *Client) find(ctx context.Context, called string) (string, ocispec.Descriptor, error) {
	ref, err := ParseName(called)
	if err != nil {
		return "", ocispec.Descriptor{}, err
	}
	desc, err := c.store.Resolve(ctx, ref.String())
	if err == nil || !errors.Is(err, store.ErrNotFound) {
		return ref.String(), desc, err
	}
	found, err := c.called(ctx, called, ref)
	switch {
	case err != nil:
		return "", ocispec.Descriptor{}, err
	case len(found) == 0:
		return "", ocispec.Descriptor{}, fmt.Errorf("no image %s in the store %s; see \"opc-image images\"", ref, c.store.Dir())
	}
	if other := slices.IndexFunc(found, func(i store.Image) bool { return i.Descriptor.Digest != found[0].Descriptor.Digest }); other > 0 {
		return "", ocispec.Descriptor{}, fmt.Errorf("%w: %s may be %s or %s; say which one", ErrInput, called, found[0].Name, found[other].Name)
	}
	return found[0].Name, found[0].Descriptor, nil
}

// called lists the images that a digest, or the beginning of one, may mean.
func (c *Client) called(ctx context.Context, called string, ref reference.Ref) ([]store.Image, error) {
	list, err := c.store.Images(ctx)
	return slices.DeleteFunc(list, func(image store.Image) bool { return !isCalled(image, called, ref) }), err
}

// alsoNamed are the names of all images that a user calls by a digest.
func (c *Client) alsoNamed(ctx context.Context, called string) ([]string, error) {
	ref, err := ParseName(called)
	if err != nil {
		return nil, err
	}
	list, err := c.called(ctx, called, ref)
	var names []string
	for _, image := range list {
		names = append(names, image.Name)
	}
	return names, err
}

// isCalled tells whether an image has the repository and digest of ref, or the
// digest that a user began to write.
func isCalled(image store.Image, called string, ref reference.Ref) bool {
	if ref.Digest != "" {
		own, err := reference.Parse(image.Name)
		return err == nil && own.Repository() == ref.Repository() && image.Descriptor.Digest == ref.Digest
	}
	match := shortDigest.FindStringSubmatch(called)
	return match != nil && strings.HasPrefix(image.Descriptor.Digest.Encoded(), match[2])
}
