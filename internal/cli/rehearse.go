package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/progress"
)

// maxRehearsal is the most that a rehearsal may be told to serve, in MiB: 1 TiB.
const maxRehearsal = 1 << 20

func (a *app) rehearse() *cobra.Command {
	var target targetFlags
	var limit int64
	var keep string
	cmd := &cobra.Command{
		Use:   "rehearse NAME",
		Short: "Build and push NAME against stand-ins, without any network",
		Long: `Rehearse runs the code of build, push and verify against an upstream inside the
process, which serves stand-ins for every image, chart and file that the catalog
names, scaled down, and pushes to a registry inside the process. It shows whether
a catalog or a profile fits together, without a network. Stand-ins are marked as
such and cannot be mistaken for the real thing.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := target.target(args[0])
			if err != nil {
				return err
			}
			if limit < 1 || limit > maxRehearsal {
				return inputError{fmt.Errorf("--limit %d is not a number of MiB from 1 to %d", limit, maxRehearsal)}
			}
			dir, clean, err := rehearsalDir(keep)
			if err != nil {
				return err
			}
			defer clean()
			return a.runRehearsal(cmd, t, dir, limit)
		},
	}
	target.register(cmd)
	cmd.Flags().Int64Var(&limit, "limit", 256, "about how many `MiB` of stand-ins to serve")
	cmd.Flags().StringVar(&keep, "keep", "", "keep the rehearsal's store and registry in `DIR` (default: a temporary one)")
	return cmd
}

// rehearsalDir is where a rehearsal lives.
func rehearsalDir(keep string) (string, func(), error) {
	if keep != "" {
		return keep, func() {}, os.MkdirAll(keep, 0o777)
	}
	dir, err := os.MkdirTemp("", "opc-image-rehearsal-")
	return dir, func() { os.RemoveAll(dir) }, err
}

func (a *app) runRehearsal(cmd *cobra.Command, t opc.Target, dir string, limit int64) error {
	ctx := cmd.Context()
	a.startProgress()
	a.progress.Log("Rehearsal: everything fetched is a stand-in; no network is asked.")
	stamp, err := created()
	if err != nil {
		return err
	}
	composer, err := a.composer()
	if err != nil {
		return err
	}
	opts := opc.Options{
		Store: filepath.Join(dir, "store"), Composer: composer, Created: stamp,
		Client: "opc-image " + Version(), Progress: a.report, Log: a.progress.Log,
	}
	plan, err := a.plan(ctx, t)
	if err != nil {
		return err
	}
	r, err := opc.Rehearse(ctx, opts, plan, opc.RehearsalOptions{Limit: limit << 20, TargetDir: filepath.Join(dir, "registry")})
	if err != nil {
		return err
	}
	defer r.Close()
	l, err := r.Lock(ctx, plan, nil)
	if err != nil {
		return err
	}
	img, err := r.Build(ctx, plan, l, r.Target.Address()+"/"+plan.Name+":rehearsal")
	if err != nil {
		return err
	}
	pushed, err := r.Push(ctx, img.Name, opc.PushOptions{})
	if err != nil {
		return err
	}
	if err := r.VerifyRemote(ctx, img.Name); err != nil {
		return err
	}
	reports, err := r.Verify(ctx, img.Name, false)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, problemText(reports))
	}
	a.progress.Close()
	result := rehearsed{Image: img.Name, Digest: img.Descriptor.Digest.String(), Sent: pushed.SentBytes, Reports: reports}
	return a.print(result, func(w io.Writer) error {
		root, err := imageTree(ctx, r.Client, img)
		if err != nil {
			return err
		}
		if err := ui.WriteTree(w, *root); err != nil {
			return err
		}
		fmt.Fprintf(w, "\nRehearsed %s with stand-ins: %s pushed, pulled back and verified.\n%s\n", plan.Name, progress.Bytes(pushed.SentBytes), img.Descriptor.Digest)
		return writeReports(w, reports)
	})
}
