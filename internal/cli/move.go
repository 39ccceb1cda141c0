package cli

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/store"
)

func (a *app) push() *cobra.Command {
	var opts opc.PushOptions
	cmd := &cobra.Command{
		Use:   "push NAME [DESTINATION]",
		Short: "Upload an image to a registry",
		Long: `Push uploads what the registry does not have yet, mounts what another repository
of it has, goes on in the middle of a layer after a broken connection, and writes
the name last, when everything is there.`,
		RunE: imageNames(a.onStore(func(ctx context.Context, c *opc.Client, args []string) error {
			if len(args) == 2 {
				opts.To = args[1]
			}
			pushed, err := c.Push(ctx, args[0], opts)
			if err != nil {
				return err
			}
			return a.print(pushed, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "%s@%s\n%s sent in %s, %d mounted, %d present\n",
					pushed.Name, pushed.Digest, progress.Bytes(pushed.SentBytes), progress.Count(pushed.Sent, "blob"), pushed.Mounted, pushed.Present)
				return err
			})
		})),
	}
	cmd.Flags().StringArrayVar(&opts.From, "from", nil, "`REPOSITORY` of the same registry that may have layers already; may be repeated")
	cmd.Flags().BoolVar(&opts.AllowStandins, "allow-standins", false, "push an image of a rehearsal to a registry that is not on this machine")
	return cmd
}

func (a *app) pull() *cobra.Command {
	var platforms []string
	cmd := &cobra.Command{
		Use:   "pull NAME",
		Short: "Bring an image from a registry into the store",
		RunE: imageNames(a.on(func(ctx context.Context, c *opc.Client, args []string) error {
			img, err := c.Pull(ctx, args[0], platforms)
			if err != nil {
				return err
			}
			return a.print(img, func(w io.Writer) error {
				if _, err := fmt.Fprintf(w, "%s@%s\n", img.Name, img.Descriptor.Digest); err != nil {
					return err
				}
				return writeVariants(w, img)
			})
		})),
	}
	cmd.Flags().StringSliceVar(&platforms, "platform", nil, "only `OS/ARCH`; may be repeated (default: all)")
	return cmd
}

func (a *app) save() *cobra.Command {
	var platform, file string
	cmd := &cobra.Command{
		Use:   "save NAME",
		Short: "Write an image to an OCI archive, to carry it through an air gap",
		Long: `Save streams the image into an OCI archive, without a temporary copy. With a file
an interrupted save goes on where it stopped. "sealer load" takes the archive; for
sealer of one platform, save that platform only.`,
		Example: `  opc-image save full -o full.tar
  opc-image save full --platform linux/amd64 > full-amd64.tar`,
		RunE: imageNames(a.onStore(func(ctx context.Context, c *opc.Client, args []string) error {
			if err := a.warnStandins(ctx, c, args[0]); err != nil {
				return err
			}
			if file != "" {
				return c.Save(ctx, args[0], platform, file)
			}
			if out, ok := a.out.(*os.File); ok && term.IsTerminal(int(out.Fd())) {
				return inputError{fmt.Errorf("an archive is not written to a terminal; use -o FILE, or redirect the output")}
			}
			return c.SaveTo(ctx, args[0], platform, a.out)
		})),
	}
	cmd.Flags().StringVar(&platform, "platform", "", "only `OS/ARCH` (default: all)")
	cmd.Flags().StringVarP(&file, "file", "o", "", "write the archive to `FILE` (default: standard output)")
	return cmd
}

func (a *app) load() *cobra.Command {
	var file, name string
	cmd := &cobra.Command{
		Use:   "load",
		Short: "Bring the images of an OCI archive into the store",
		PreRunE: func(*cobra.Command, []string) error {
			if _, err := os.Stat(file); file != "" && err != nil {
				return inputError{fmt.Errorf("load: %w", err)}
			}
			return nil
		},
		RunE: a.on(func(ctx context.Context, c *opc.Client, _ []string) error {
			var loaded []store.Image
			var err error
			if file == "" {
				loaded, err = c.LoadFrom(ctx, a.in, name)
			} else {
				loaded, err = c.Load(ctx, file, name)
			}
			if err != nil {
				return err
			}
			return a.print(loaded, func(w io.Writer) error {
				for _, img := range loaded {
					if _, err := fmt.Fprintf(w, "%s@%s\n", img.Name, img.Descriptor.Digest); err != nil {
						return err
					}
				}
				return nil
			})
		}),
	}
	cmd.Flags().StringVarP(&file, "input", "i", "", "read `FILE`, an archive or the directory of an image layout (default: standard input)")
	cmd.Flags().StringVarP(&name, "tag", "t", "", "`NAME` of the image, instead of the one in the archive")
	return cmd
}
