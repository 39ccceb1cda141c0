package compose

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"
)

// Measure fills in digest and size of every local file of the plan that has
// none yet.
func (p *Plan) Measure(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range p.Files {
		c := &p.Files[i].Content
		if c.Local == "" || c.Digest != "" {
			continue
		}
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return c.measure()
		})
	}
	return g.Wait()
}

func (c *Content) measure() error {
	r, err := c.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	hash := digest.Canonical.Digester()
	n, err := io.Copy(hash.Hash(), r)
	if err != nil {
		return fmt.Errorf("read %s: %w", c.Local, err)
	}
	c.Digest, c.Size = hash.Digest(), n
	return nil
}

// Open reads a local file, or the member of a local archive.
func (c *Content) Open() (io.ReadCloser, error) {
	if c.Member == "" {
		return os.Open(c.Local)
	}
	return openMember(c.Local, c.Member)
}

// Checksum identifies the inputs of a lock: everything the plan says, with the
// content of local files by digest and without where on this machine they are, or
// how their directory is called.
// It is an error when Measure was not called before.
func (p *Plan) Checksum() (digest.Digest, error) {
	for _, f := range p.Files {
		if f.Content.Local != "" && f.Content.Digest == "" {
			return "", fmt.Errorf("checksum of plan %s: %s was not measured", p.Name, f.Name)
		}
	}
	hash := sha256.New()
	anywhere := *p
	anywhere.Name = p.NameInLock()
	if err := json.NewEncoder(hash).Encode(anywhere); err != nil {
		return "", fmt.Errorf("checksum of plan %s: %w", p.Name, err)
	}
	return digest.NewDigest(digest.SHA256, hash), nil
}
