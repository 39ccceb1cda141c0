package opc

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/store"
)

// shortDigest is the beginning of a digest as "opc-image images" shows it: 7
// hexadecimal digits or more, the algorithm left out or not.
var shortDigest = regexp.MustCompile(`^(sha256:)?([0-9a-f]{7,64})$`)

// find gives the image in the store that is called so: by its name, NAME@DIGEST, or
// the beginning of its digest. By a digest it may be called with several names, all
// of which are returned; they are of one image.
func (c *Client) find(ctx context.Context, called string) ([]store.Image, error) {
	ref, err := ParseName(called)
	if err != nil {
		return nil, err
	}
	desc, err := c.store.Resolve(ctx, ref.String())
	if err == nil || !errors.Is(err, store.ErrNotFound) {
		return []store.Image{{Name: ref.String(), Descriptor: desc}}, err
	}
	list, err := c.store.Images(ctx)
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(list, func(image store.Image) bool { return !isCalled(image, called, ref) })
	if len(found) == 0 {
		return nil, fmt.Errorf("no image %s in the store %s; see \"opc-image images\"", ref, c.store.Dir())
	}
	if other := slices.IndexFunc(found, func(i store.Image) bool { return i.Descriptor.Digest != found[0].Descriptor.Digest }); other > 0 {
		return nil, fmt.Errorf("%w: %s may be %s or %s; say which one", ErrInput, called, found[0].Name, found[other].Name)
	}
	return found, nil
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
