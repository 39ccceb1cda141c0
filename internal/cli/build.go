package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/progress"
)

func (a *app) build() *cobra.Command {
	var target targetFlags
	var pins lockFlags
	var licences licenceFlags
	var tags []string
	var push bool
	cmd := &cobra.Command{
		Use:   "build NAME",
		Short: "Build a cluster image from a profile, a component or a directory with a Kubefile",
		Long: `Build composes NAME, resolves every chart, file and image it needs to a digest
(opc.lock), fetches what the store lacks, and bakes the cluster image. Nothing is
copied: layers are produced when the image is pushed, saved or served.

NAME is a directory with a Kubefile, a profile, or a component of the catalog.
A build that was interrupted goes on where it stopped.

Components whose licence restricts passing on or use are named. Where that goes
further than offering the source, --accept-licence is asked for.`,
		Example: `  opc-image build full -t registry.example/opc:v0.1.0 --push --accept-licence elasticsearch,prometheus
  opc-image build istio
  opc-image build ./my-platform --platform linux/amd64 --locked`,
		RunE: a.onPlan(&target, func(ctx context.Context, p *planned) error {
			if len(tags) == 0 {
				tags = []string{p.plan.Name}
			}
			if err := checkNames(tags, push); err != nil {
				return err
			}
			if err := licences.check(p.plan.Name, p.plan); err != nil {
				return err
			}
			a.tellLicences(p.plan)
			l, err := pins.pin(ctx, p)
			if err != nil {
				return err
			}
			return a.bake(ctx, p, l, tags, push)
		}),
	}
	target.register(cmd)
	pins.register(cmd)
	licences.register(cmd)
	cmd.Flags().StringArrayVarP(&tags, "tag", "t", nil, "`NAME` of the image (default localhost/NAME:latest); may be repeated")
	cmd.Flags().BoolVar(&push, "push", false, "push the image under each of its names")
	return cmd
}

// checkNames finds bad names before anything is fetched.
func checkNames(names []string, push bool) error {
	parse := opc.ParseName
	if push {
		parse = opc.ParsePushName
	}
	for _, name := range names {
		if _, err := parse(name); err != nil {
			return err
		}
	}
	return nil
}

// bake builds, tags, and pushes when asked to.
func (a *app) bake(ctx context.Context, p *planned, l *lock.Lock, tags []string, push bool) error {
	c := p.client
	img, err := c.Build(ctx, p.plan, l, tags[0])
	if err != nil {
		return err
	}
	for _, tag := range tags[1:] {
		if err := c.Tag(ctx, tags[0], tag); err != nil {
			return err
		}
	}
	if push {
		for _, tag := range tags {
			if _, err := c.Push(ctx, tag, opc.PushOptions{}); err != nil {
				return err
			}
		}
	}
	return a.print(img, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s@%s\n", img.Name, img.Descriptor.Digest)
		if err == nil {
			err = writeVariants(w, img)
		}
		return err
	})
}

func writeVariants(w io.Writer, img *opc.Image) error {
	t := ui.NewTable("PLATFORM", "LAYERS", "SIZE", "IMAGES", "APPS")
	for _, v := range img.Variants {
		t.Row(v.Platform, len(v.Manifest.Layers), progress.Bytes(v.Size), countImages(v), len(v.Extension.Applications))
	}
	return t.Write(w)
}

// countImages counts the container images of a variant, each once.
func countImages(v opc.Variant) int {
	names := map[string]bool{}
	for _, image := range v.Images {
		names[image.Image] = true
	}
	return len(names)
}
