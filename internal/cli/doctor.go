package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/opc"
)

// check is one line of the doctor's report.
type check struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Text string `json:"text"`
}

func (a *app) doctor() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor [NAME]",
		Short: "Check that a build can work: the store, its space, the registries and credentials",
		Long: `Doctor looks at the store and the space it has, and asks every registry that the
images of NAME (default: the profile full) come from whether it answers and takes
the credentials there are for it.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			name := "full"
			if len(args) == 1 {
				name = args[0]
			}
			c, err := a.open()
			if err != nil {
				return err
			}
			defer c.Close()
			checks, err := examine(cmd.Context(), c, name)
			if err != nil {
				return err
			}
			return a.print(checks, func(w io.Writer) error { return writeChecks(w, checks) })
		},
	}
}

func examine(ctx context.Context, c *opc.Client, name string) ([]check, error) {
	plan, err := c.Compose(ctx, opc.Target{Name: name})
	if err != nil {
		return nil, err
	}
	var checks []check
	free, err := c.Store().Free()
	if err != nil {
		return nil, err
	}
	need := opc.EstimatedSize(plan)
	checks = append(checks, check{
		Name: "space", OK: free > need,
		Text: fmt.Sprintf("%s: %s free, %s needs about %s", c.Store().Dir(), ui.Bytes(free), name, ui.Bytes(need)),
	})
	for _, domain := range opc.Registries(plan) {
		one := check{Name: domain, OK: true, Text: "answers"}
		if err := c.CheckRegistry(ctx, domain); err != nil {
			one.OK, one.Text = false, err.Error()
		}
		checks = append(checks, one)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return checks, nil
}

func writeChecks(w io.Writer, checks []check) error {
	t := ui.NewTable("CHECK", "RESULT", "")
	for _, c := range checks {
		result := "ok"
		if !c.OK {
			result = "FAILED"
		}
		t.Row(c.Name, result, c.Text)
	}
	return t.Write(w)
}
