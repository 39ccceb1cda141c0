package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/verify"
)

// rehearsed is the result of a rehearsal.
type rehearsed struct {
	Image   string          `json:"image"`
	Digest  string          `json:"digest"`
	Sent    int64           `json:"sentBytes"`
	Reports []verify.Report `json:"verified"`
}

func (a *app) verify() *cobra.Command {
	var opts verify.Options
	cmd := &cobra.Command{
		Use:   "verify NAME",
		Short: "Prove that everything an image's objects ask for is in its own registry",
		Long: `Verify renders again what is inside the image, and proves for each platform that
every image the objects ask for is in the image's own registry: by tag and by
digest, complete, for the right platform, with the right content. It never asks a
network.`,
		PreRun: func(*cobra.Command, []string) { a.global.offline = true },
		RunE: imageNames(a.onStore(func(ctx context.Context, c *opc.Client, args []string) error {
			if err := a.warnStandins(ctx, c, args[0]); err != nil {
				return err
			}
			reports, failed := c.VerifyWith(ctx, args[0], opts)
			if reports == nil {
				return failed
			}
			if err := a.print(reports, func(w io.Writer) error { return writeReports(w, reports) }); err != nil {
				return err
			}
			return failed
		})),
	}
	cmd.Flags().BoolVar(&opts.Quick, "quick", false, "check that content is there with the right size, without reading it")
	cmd.Flags().BoolVar(&opts.Machines, "machines", false, "also look at every program, in files and in container images, for its architecture")
	return cmd
}

func writeReports(w io.Writer, reports []verify.Report) error {
	t := ui.NewTable("PLATFORM", "IMAGES", "BLOBS", "SIZE", "PROBLEMS")
	programs := slices.ContainsFunc(reports, func(r verify.Report) bool { return r.Programs > 0 })
	if programs {
		t = ui.NewTable("PLATFORM", "IMAGES", "BLOBS", "SIZE", "PROGRAMS", "PROBLEMS")
	}
	for _, r := range reports {
		row := []any{r.Platform, r.Images, r.Blobs, progress.Bytes(r.Bytes)}
		if programs {
			row = append(row, r.Programs)
		}
		t.Row(append(row, len(r.Problems))...)
	}
	if err := t.Write(w); err != nil {
		return err
	}
	_, err := io.WriteString(w, problemText(reports))
	return err
}

func problemText(reports []verify.Report) string {
	var b strings.Builder
	for _, r := range reports {
		for _, p := range r.Problems {
			fmt.Fprintf(&b, "%s: %s\n", r.Platform, ui.Clean(p.String()))
		}
	}
	return b.String()
}
