package cli

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/progress"
)

func (a *app) images() *cobra.Command {
	var discovery discoveryFlags
	cmd := &cobra.Command{
		Use:   "images [NAME]",
		Short: "List cluster images, or the container images that something needs",
		Long: `Without an argument, images lists the cluster images in the store. With one, it
lists the container images that NAME asks for, and who asks: NAME is a cluster
image in the store, a profile, a component, a chart (directory or .tgz), a
directory or a file of manifests.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.neededImages(cmd.Context(), args[0], discovery)
			}
			list, err := a.storedImages(cmd.Context())
			if err != nil {
				return err
			}
			return a.print(list, func(w io.Writer) error { return writeImages(w, list) })
		},
	}
	discovery.register(cmd)
	return cmd
}

// storedImages are the images of the store; none when there is no store.
func (a *app) storedImages(ctx context.Context) ([]opc.Image, error) {
	c, err := a.openExisting()
	if errors.Is(err, errNoStore) {
		return []opc.Image{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.Images(ctx)
}

func writeImages(w io.Writer, list []opc.Image) error {
	header := []string{"NAME", "DIGEST", "PLATFORMS", "SIZE"}
	notes := slices.ContainsFunc(list, func(img opc.Image) bool { return img.Standin() })
	if notes {
		header = append(header, "NOTE")
	}
	t := ui.NewTable(header...)
	for _, img := range list {
		var platforms []string
		var size int64
		for _, v := range img.Variants {
			platforms = append(platforms, v.Platform)
			size += v.Size
		}
		row := []any{img.Name, img.Descriptor.Digest.Encoded()[:12], strings.Join(platforms, ","), progress.Bytes(size)}
		if notes {
			row = append(row, standinNote(&img))
		}
		t.Row(row...)
	}
	return t.Write(w)
}

// standinNote marks images of rehearsals.
func standinNote(img *opc.Image) string {
	if img.Standin() {
		return "stand-ins"
	}
	return ""
}

// warnStandins tells of an image that it is not real.
func (a *app) warnStandins(ctx context.Context, c *opc.Client, name string) error {
	img, err := c.Inspect(ctx, name)
	if err == nil && img.Standin() {
		a.progress.Log("Warning: image " + img.Name + " was made in a rehearsal and holds stand-ins")
	}
	return err
}

func (a *app) inspect() *cobra.Command {
	var platform string
	cmd := &cobra.Command{
		Use:   "inspect NAME",
		Short: "Show what an image's metadata says, as JSON",
		RunE: imageNames(a.onStore(func(ctx context.Context, c *opc.Client, args []string) error {
			img, err := c.Inspect(ctx, args[0])
			if err != nil {
				return err
			}
			var shown any = img
			if platform != "" {
				if shown, err = img.Variant(platform); err != nil {
					return err
				}
			}
			return ui.WriteJSON(a.out, shown)
		})),
	}
	cmd.Flags().StringVar(&platform, "platform", "", "only `OS/ARCH`")
	return cmd
}
