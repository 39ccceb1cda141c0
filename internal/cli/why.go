package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/discover"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/opc"
)

func (a *app) why() *cobra.Command {
	return &cobra.Command{
		Use:   "why IMAGE [NAME]",
		Short: "Tell which component, chart and object asks for a container image",
		Long: `Why answers from the records that a cluster image and those it was built FROM
carry, without any network. IMAGE is a container image, or a part of its name.
NAME is the cluster image; it can be left out when the store has only one.

For an image that is named in the cluster image and left out on purpose, why
tells where it stands and the reason to leave it out.`,
		RunE: a.onStore(func(ctx context.Context, c *opc.Client, args []string) error {
			name, err := oneImage(ctx, c, args[1:])
			if err != nil {
				return err
			}
			locks, err := c.ImageLocks(ctx, name)
			if err != nil {
				return err
			}
			if found := opc.Why(locks, args[0]); len(found) > 0 {
				return a.print(found, func(w io.Writer) error { return writeWhy(w, found) })
			}
			excluded, err := c.WhyNot(ctx, name, args[0])
			if err != nil {
				return err
			}
			if len(excluded) == 0 {
				return fmt.Errorf("%w: %s has no image %s; \"opc-image images %s\" lists those it has", opc.ErrIncomplete, name, args[0], name)
			}
			return a.print(excluded, func(w io.Writer) error { return writeWhyNot(w, excluded) })
		}),
	}
}

// oneImage is the image named, or the only one in the store.
func oneImage(ctx context.Context, c *opc.Client, args []string) (string, error) {
	if len(args) == 1 {
		return args[0], nil
	}
	list, err := c.Images(ctx)
	if err != nil {
		return "", err
	}
	if len(list) != 1 {
		return "", inputError{fmt.Errorf("the store has %d images; say which one", len(list))}
	}
	return list[0].Name, nil
}

func writeWhy(w io.Writer, images []lock.Image) error {
	for _, image := range images {
		fmt.Fprintf(w, "%s\n  %s\n", image.Name, image.Digest)
		for _, m := range image.Platforms {
			fmt.Fprintf(w, "  %-12s %s\n", m.Platform, m.Digest)
		}
		switch {
		case image.BaseOnly:
			fmt.Fprintln(w, "  base of an image that is assembled; not in the cluster's registry by itself")
		case image.Assembled:
			fmt.Fprintln(w, "  assembled here; no registry has it")
		}
		for _, r := range image.Why {
			if _, err := fmt.Fprintf(w, "  - %s [%s, %s]\n", ui.Clean(reasonText(r)), r.Sure, r.Rule); err != nil {
				return err
			}
		}
	}
	return nil
}

func writeWhyNot(w io.Writer, images []discover.Excluded) error {
	for _, image := range images {
		fmt.Fprintf(w, "%s\n  left out: %s\n", image.Image, ui.Clean(image.Reason))
		for _, f := range image.Evidence {
			if _, err := fmt.Fprintf(w, "  - %s [%s]\n", ui.Clean(f.Evidence.String()), f.Confidence); err != nil {
				return err
			}
		}
	}
	return nil
}
