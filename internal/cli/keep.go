package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/store"
)

func (a *app) tag() *cobra.Command {
	return &cobra.Command{
		Use:   "tag NAME NEW",
		Short: "Give an image another name",
		RunE: imageNames(a.onStore(func(ctx context.Context, c *opc.Client, args []string) error {
			return c.Tag(ctx, args[0], args[1])
		})),
	}
}

func (a *app) rmi() *cobra.Command {
	return &cobra.Command{
		Use:   "rmi NAME…",
		Short: "Take names away; \"prune\" frees the space",
		RunE: imageNames(a.onStore(func(ctx context.Context, c *opc.Client, args []string) error {
			names := []string{}
			for _, called := range args {
				name, err := c.Remove(ctx, called)
				if err != nil {
					return errors.Join(a.untagged(names), err)
				}
				names = append(names, name)
			}
			return a.untagged(names)
		})),
	}
}

// untagged tells which names are gone.
func (a *app) untagged(names []string) error {
	return a.print(map[string][]string{"untagged": names}, func(w io.Writer) error {
		for _, name := range names {
			if _, err := fmt.Fprintln(w, "Untagged:", name); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *app) fsck() *cobra.Command {
	var opts store.FsckOptions
	cmd := &cobra.Command{
		Use:   "fsck",
		Short: "Check all content of the store against its digests",
		Long: `Fsck reads every blob, recipe and tag of the store. With --repair damaged content
is moved away, so that the next build fetches it again.`,
		RunE: a.onStore(func(ctx context.Context, c *opc.Client, _ []string) error {
			opts.Progress = a.report
			report, err := c.Store().Fsck(ctx, opts)
			if err != nil {
				return err
			}
			if err := a.print(report, func(w io.Writer) error { return writeFsck(w, report) }); err != nil {
				return err
			}
			if len(report.Problems) > 0 && !opts.Repair {
				return fmt.Errorf("%w: the store has %s; \"opc-image fsck --repair\" moves damaged content away", opc.ErrIncomplete, progress.Count(len(report.Problems), "problem"))
			}
			return nil
		}),
	}
	cmd.Flags().BoolVar(&opts.Repair, "repair", false, "move damaged content away")
	cmd.Flags().BoolVar(&opts.Layers, "layers", false, "also compute the digest of every layer again")
	return cmd
}

func writeFsck(w io.Writer, r *store.FsckReport) error {
	for _, p := range r.Problems {
		state := p.Advice
		if p.Repaired {
			state = "moved away; " + p.Advice
		}
		fmt.Fprintf(w, "%s %s: %s; %s\n", p.Digest, p.Path, p.Reason, state)
		for _, user := range p.Images {
			fmt.Fprintf(w, "  needed by %s\n", user)
		}
	}
	_, err := fmt.Fprintf(w, "%s (%s), %s, %s checked: %s\n", progress.Count(r.Blobs, "blob"), progress.Bytes(r.Bytes),
		progress.Count(r.Layers, "layer"), progress.Count(r.Images, "image"), progress.Count(len(r.Problems), "problem"))
	return err
}

func (a *app) prune() *cobra.Command {
	var opts store.PruneOptions
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove what no image of the store needs",
		RunE: a.onStore(func(ctx context.Context, c *opc.Client, _ []string) error {
			report, err := c.Store().Prune(ctx, opts)
			if err != nil {
				return err
			}
			return a.print(report, func(w io.Writer) error {
				verb := "removed"
				if opts.DryRun {
					verb = "would be removed"
				}
				_, err := fmt.Fprintf(w, "%s, %s %s\n", progress.Count(len(report.Removed), "blob"), progress.Bytes(report.Bytes), verb)
				return err
			})
		}),
	}
	cmd.Flags().BoolVar(&opts.DryRun, "dry-run", false, "only tell what would be removed")
	return cmd
}
