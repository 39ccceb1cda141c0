package opc

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/inventory"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/push"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/rootfs"
)

// Needed lists the container images that something asks for: a cluster image of
// the store, a profile, a component, a directory with a Kubefile, a chart, or
// manifests. Problems are in the report and not an error.
func (c *Client) Needed(ctx context.Context, name string, opts inventory.RenderOptions) (*inventory.Report, error) {
	if img, err := c.Inspect(ctx, name); err == nil {
		return c.neededByImage(ctx, img)
	}
	info, err := os.Stat(name)
	if err == nil {
		_, kubefileErr := os.Stat(filepath.Join(name, KubefileName))
		if !info.IsDir() || kubefileErr != nil {
			root, err := os.OpenRoot(filepath.Dir(filepath.Join(name)))
			if err != nil {
				return nil, err
			}
			defer root.Close()
			return inventory.ScanFiles(ctx, root.FS(), filepath.Base(name), opts)
		}
	}
	plan, err := c.Compose(ctx, Target{Name: name, KubeVersion: opts.KubeVersion})
	if err != nil {
		return nil, err
	}
	plan = lookedInto(plan)
	if err := plan.Measure(ctx); err != nil {
		return nil, err
	}
	r := &locker{Client: c, plan: plan, lock: &lock.Lock{}}
	if err := r.downloads(ctx); err != nil {
		return nil, err
	}
	if err := r.stage(ctx); err != nil {
		return nil, err
	}
	return r.scan(ctx)
}

func (c *Client) neededByImage(ctx context.Context, img *Image) (*inventory.Report, error) {
	kubeVersion := ""
	if l, err := c.ImageLock(ctx, img.Name); err == nil {
		kubeVersion = l.KubeVersion
	}
	var reports []*inventory.Report
	for _, v := range img.Variants {
		root, err := c.Rootfs(ctx, img, v.Platform)
		if err != nil {
			return nil, err
		}
		report, err := inventory.Scan(ctx, root, inventory.Options{
			KubeVersion: kubeVersion, Extension: v.Extension, Progress: c.opts.Progress,
		})
		if err != nil {
			return nil, err
		}
		reports = append(reports, report)
	}
	return inventory.Join(reports...), nil
}

// ContainerImages tells the size in bytes of each container image that a
// cluster image carries for a platform: of its config and layers, compressed.
func (c *Client) ContainerImages(ctx context.Context, img *Image, platform string) (map[string]int64, error) {
	root, err := c.Rootfs(ctx, img, platform)
	if err != nil {
		return nil, err
	}
	v, err := img.Variant(platform)
	if err != nil {
		return nil, err
	}
	sizes := map[string]int64{}
	for _, image := range v.Images {
		ref, err := reference.Parse(image.Image)
		if err != nil {
			continue
		}
		if dgst, ok := root.Registry.Resolve(ref.Local(), ref.Identifier()); ok {
			sizes[image.Image] = c.containerSize(root, dgst.String(), ref.Local(), platform)
		}
	}
	return sizes, nil
}

// containerSize sums config and layers of a manifest, or of the one an index
// has for the platform; 0 when it cannot be told.
func (c *Client) containerSize(root *rootfs.Image, id, repository, platform string) int64 {
	dgst, ok := root.Registry.Resolve(repository, id)
	if !ok {
		return 0
	}
	var doc struct {
		Manifests []ocispec.Descriptor `json:"manifests"`
		ocispec.Manifest
	}
	data, err := root.ReadBlob(dgst, 4<<20)
	if err != nil || json.Unmarshal(data, &doc) != nil {
		return 0
	}
	size := doc.Config.Size
	for _, l := range doc.Layers {
		size += l.Size
	}
	want, err := platforms.Parse(platform)
	if err != nil {
		return size
	}
	for _, m := range doc.Manifests {
		if m.Platform != nil && platforms.Only(want).Match(*m.Platform) {
			if n := c.containerSize(root, m.Digest.String(), repository, platform); n > 0 {
				return n
			}
		}
	}
	return size
}

// VerifyRemote pulls every manifest and blob of an image back from its registry
// and compares them with the store: what a host on site would get.
func (c *Client) VerifyRemote(ctx context.Context, name string) error {
	img, err := c.Inspect(ctx, name)
	if err != nil {
		return err
	}
	ref, err := reference.Parse(img.Name)
	if err != nil {
		return err
	}
	meter := c.opts.Progress.Begin(progress.Compare, 0, 0)
	err = push.New(c.remote, c.store).Compare(ctx, img.Descriptor, ref, meter)
	meter.End(err)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrIncomplete, err)
	}
	return nil
}
