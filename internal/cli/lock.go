package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
)

func (a *app) lock() *cobra.Command {
	var target targetFlags
	var pins lockFlags
	var check bool
	cmd := &cobra.Command{
		Use:   "lock NAME",
		Short: "Resolve everything a profile needs to digests and write opc.lock",
		Long: `Lock downloads charts and manifests, renders them, finds every image they will
ask for, and resolves each to its digest. Layers of images are not fetched.

What the lock has already is kept; --update resolves everything anew. --check
writes nothing and fails when the lock does not fit, for CI. Components with a
restricted licence are named.`,
		RunE: a.onPlan(&target, func(ctx context.Context, p *planned) error {
			pins.locked = check
			a.tellLicences(p.plan)
			l, err := pins.pin(ctx, p)
			if err != nil {
				return err
			}
			return a.print(l, func(w io.Writer) error { return writeLock(w, pins.file(p.target), l) })
		}),
	}
	target.register(cmd)
	pins.register(cmd)
	cmd.Flags().Lookup("locked").Hidden = true
	cmd.Flags().BoolVar(&check, "check", false, "only tell whether the lock fits")
	return cmd
}

func writeLock(w io.Writer, path string, l *lock.Lock) error {
	var bytes int64
	for _, d := range l.Downloads {
		bytes += d.Size
	}
	_, err := fmt.Fprintf(w, "%s: %s, %s (%s), for %s\n", path, progress.Count(len(l.Images), "image"), progress.Count(len(l.Downloads), "download"),
		progress.Bytes(bytes), strings.Join(l.Platforms, ", "))
	return err
}
