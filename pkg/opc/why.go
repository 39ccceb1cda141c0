package opc

import (
	"context"
	"strings"

	"github.com/opc-source/opc-image/pkg/discover"
	"github.com/opc-source/opc-image/pkg/lock"
)

// Why finds the images of a lock that a text means: a whole name, or a part of
// one.
func Why(l *lock.Lock, text string) []lock.Image {
	full := normal(text)
	if image, ok := l.Image(full); ok {
		return []lock.Image{image}
	}
	var found []lock.Image
	for _, image := range l.Images {
		if strings.Contains(image.Name, text) {
			found = append(found, image)
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
