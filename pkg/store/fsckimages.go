package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// images walks everything that the entries of index.json need.
func (c *checker) images(ctx context.Context) error {
	index, err := c.s.readIndex()
	if err != nil {
		c.add(Problem{
			Path: indexFile, Reason: err.Error(),
			Advice: "remove the file, then tag, build or pull the images again",
		})
		return nil
	}
	c.report.Images = len(index.Manifests)
	seen := map[digest.Digest]bool{}
	for _, desc := range index.Manifests {
		if name := desc.Annotations[ocispec.AnnotationRefName]; name != "" {
			c.names[desc.Digest] = append(c.names[desc.Digest], name)
		}
		if err := c.walk(ctx, desc, seen, 0); err != nil {
			return err
		}
	}
	return nil
}

// maxNesting bounds how deep an index may contain others.
const maxNesting = 16

// walk checks that desc and all it needs is there.
func (c *checker) walk(ctx context.Context, desc ocispec.Descriptor, seen map[digest.Digest]bool, depth int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !c.present(desc) || seen[desc.Digest] {
		return nil
	}
	seen[desc.Digest] = true
	l, err := c.s.linksOf(ctx, desc)
	if err == nil && depth > maxNesting {
		err = fmt.Errorf("is nested more than %d deep", maxNesting)
	}
	if errors.Is(err, ErrCorrupt) {
		return nil // found with the blobs
	}
	if err != nil {
		c.add(Problem{Digest: desc.Digest, Reason: err.Error(), Advice: adviceMissing})
		return nil
	}
	for _, child := range l.required() {
		c.parents[child.Digest] = append(c.parents[child.Digest], desc.Digest)
		c.present(child)
	}
	for _, child := range l.optional() {
		c.parents[child.Digest] = append(c.parents[child.Digest], desc.Digest)
		if _, err := c.s.Stat(child.Digest); errors.Is(err, ErrNotFound) {
			continue
		}
		if err := c.walk(ctx, child, seen, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// present checks that there is content of that digest and size.
func (c *checker) present(desc ocispec.Descriptor) bool {
	size, err := c.s.Stat(desc.Digest)
	if err == nil && size != desc.Size {
		err = fmt.Errorf("%d bytes, and a descriptor says %d", size, desc.Size)
	}
	if err != nil {
		c.add(Problem{Digest: desc.Digest, Reason: err.Error(), Advice: adviceMissing})
	}
	return err == nil
}
