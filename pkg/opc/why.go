package opc

import (
	"context"
	"fmt"
	"strings"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/discover"
	"github.com/opc-source/opc-image/pkg/lock"
)

// ImageLock is the lock that an image carries: what it adds to its base, and why.
func (c *Client) ImageLock(ctx context.Context, name string) (*lock.Lock, error) {
	locks, err := c.ImageLocks(ctx, name)
	if err != nil {
		return nil, err
	}
	return locks[0], nil
}

// ImageLocks are the lock that an image carries and those of the images below
// that it was built FROM, the uppermost first.
func (c *Client) ImageLocks(ctx context.Context, name string) ([]*lock.Lock, error) {
	img, err := c.Inspect(ctx, name)
	if err != nil {
		return nil, err
	}
	root, err := c.Rootfs(ctx, img, img.Variants[0].Platform)
	if err != nil {
		return nil, err
	}
	all, err := root.ReadAllVersions(compose.LockFile)
	if err != nil {
		return nil, fmt.Errorf("image %s carries no lock; it was not made by opc-image: %w", img.Name, err)
	}
	var locks []*lock.Lock
	for _, data := range all {
		l, err := lock.Decode(compose.LockFile, data)
		if err != nil {
			return nil, fmt.Errorf("image %s: %w", img.Name, err)
		}
		locks = append(locks, l)
	}
	return locks, nil
}

// Why finds the images of locks that a text means: a whole name, or a part of
// one. An image that several locks have counts once, as in the first.
func Why(locks []*lock.Lock, text string) []lock.Image {
	full := normal(text)
	for _, l := range locks {
		if image, ok := l.Image(full); ok {
			return []lock.Image{image}
		}
	}
	seen := map[string]bool{}
	var found []lock.Image
	for _, l := range locks {
		for _, image := range l.Images {
			if strings.Contains(image.Name, text) && !seen[image.Name] {
				found = append(found, image)
			}
			seen[image.Name] = true
		}
	}
	return found
}

// WhyNot finds the images that a cluster image leaves out although its objects
// name them, with the reason its components or its author give. text is a whole
// name, or a part of one. What is inside the image is rendered again.
func (c *Client) WhyNot(ctx context.Context, name, text string) ([]discover.Excluded, error) {
	img, err := c.Inspect(ctx, name)
	if err != nil {
		return nil, err
	}
	report, err := c.neededByImage(ctx, img)
	if err != nil {
		return nil, err
	}
	var found []discover.Excluded
	for _, e := range report.Excluded {
		if strings.Contains(e.Image.String(), text) || e.Image.String() == normal(text) {
			found = append(found, e)
		}
	}
	return found, nil
}
