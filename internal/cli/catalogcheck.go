package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/opc"
)

// probed is the result of catalog check.
type probed struct {
	Rows []opc.Probe `json:"rows"`
	// Settled are, by component, the notes under unverified that need not be
	// there any more.
	Settled map[string][]string `json:"settled"`
}

func (a *app) catalogCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check [COMPONENT…]",
		Short: "Ask the real registries and sites for what components take from them",
		Long: `Check asks upstream, through the same mirrors, credentials and limits as a build,
whether each image is there for each platform the component names, each chart in
the version it names, and each file. Nothing large is fetched and nothing is
stored. Without arguments it asks for the whole catalog.

A row is ok, missing, wrong platform (the image is there for others), denied
(credentials are missing) or unreachable. Notes under unverified that are settled
by the answers are listed: take them out of component.yaml. The exit code is 4
when something is missing, and 1 when upstream could not be asked.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := a.readCatalog()
			if err != nil {
				return err
			}
			list := all.Components()
			if len(args) > 0 {
				list = nil
			}
			for _, name := range args {
				c, err := all.Get(name)
				if err != nil {
					return err
				}
				list = append(list, c)
			}
			return a.probe(cmd.Context(), list)
		},
	}
}

// probe asks, in a store of its own: what is looked at only is not kept.
func (a *app) probe(ctx context.Context, list []*catalog.Component) error {
	dir, err := os.MkdirTemp("", "opc-image-check-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	kept := a.global.store
	a.global.store = dir
	client, err := a.open()
	a.global.store = kept
	if err != nil {
		return err
	}
	defer client.Close()
	rows, err := client.ProbeComponents(ctx, list)
	if err != nil {
		return err
	}
	result := probed{Rows: rows, Settled: settled(list, rows)}
	if err := a.print(result, func(w io.Writer) error { return writeProbes(w, result) }); err != nil {
		return err
	}
	return probeError(rows)
}

// settles are the notes that the answers are about: whether there is something to
// pull or to download, and for which architectures.
var settles = regexp.MustCompile(`can (still )?be (pulled|downloaded) was not tried|[Dd]ownloads? (was|were) not tried|arm64 (variants?|images?|builds?)`)

// settled are the notes of the components of which everything was found.
func settled(list []*catalog.Component, rows []opc.Probe) map[string][]string {
	open := map[string]bool{}
	for _, row := range rows {
		if row.Status != opc.ProbeOK {
			for _, name := range row.Components {
				open[name] = true
			}
		}
	}
	notes := map[string][]string{}
	for _, c := range list {
		for _, note := range c.Unverified {
			if !open[c.Name] && settles.MatchString(note) {
				notes[c.Name] = append(notes[c.Name], note)
			}
		}
	}
	return notes
}

func writeProbes(w io.Writer, result probed) error {
	t := ui.NewTable("STATUS", "KIND", "NAME", "PLATFORMS", "COMPONENTS")
	for _, row := range result.Rows {
		t.Row(row.Status, row.Kind, row.Name, strings.Join(row.Platforms, ","), strings.Join(row.Components, ","))
	}
	if err := t.Write(w); err != nil {
		return err
	}
	for _, row := range result.Rows {
		if row.Detail != "" {
			fmt.Fprintf(w, "%s: %s: %s\n", row.Name, row.Status, row.Detail)
		}
	}
	names := make([]string, 0, len(result.Settled))
	for name := range result.Settled {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, note := range result.Settled[name] {
			fmt.Fprintf(w, "Settled for %s: %s\n", name, note)
		}
	}
	return nil
}

// probeError tells how many rows are not as the catalog says.
func probeError(rows []opc.Probe) error {
	count := map[opc.ProbeStatus]int{}
	for _, row := range rows {
		count[row.Status]++
	}
	if n := count[opc.ProbeMissing] + count[opc.ProbePlatform]; n > 0 {
		return fmt.Errorf("%w: %d of %d are missing or for other platforms", opc.ErrIncomplete, n, len(rows))
	}
	if n := count[opc.ProbeDenied] + count[opc.ProbeUnreachable]; n > 0 {
		return fmt.Errorf("%d of %d could not be asked for", n, len(rows))
	}
	return nil
}
