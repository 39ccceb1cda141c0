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

// check is one line of the doctor's report.
type check struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Text string `json:"text"`
}

func (a *app) doctor() *cobra.Command {
	var flags targetFlags
	var pins lockFlags
	cmd := &cobra.Command{
		Use:   "doctor [NAME]",
		Short: "Check that a build can work: the store, its space, the registries and credentials",
		Long: `Doctor looks at the store and the space it has, and asks every registry and site
that the images, charts and files of NAME (default: the profile full) come from
whether it answers and takes the credentials there are for it. Registries of images
that are found only when charts are rendered are known once there is a lock.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"full"}
			}
			return a.onPlan(&flags, func(ctx context.Context, p *planned) error { return a.examine(ctx, p, pins.file(p.target)) })(cmd, args)
		},
	}
	flags.register(cmd)
	pins.registerFile(cmd)
	return cmd
}

// examine looks at everything, and fails when something is not as it has to be.
func (a *app) examine(ctx context.Context, p *planned, lockFile string) error {
	c, err := p.open()
	if err != nil {
		return err
	}
	defer c.Close()
	space, err := checkSpace(c, p)
	if err != nil {
		return err
	}
	checks := []check{space}
	old, _ := lock.ReadFile(lockFile) // none, or one that build will complain about
	for _, upstream := range opc.Upstreams(p.plan, old) {
		one := check{Name: upstream.Host, OK: true, Text: "answers"}
		if err := c.CheckUpstream(ctx, upstream); err != nil {
			one.OK, one.Text = false, err.Error()
		}
		checks = append(checks, one)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	if err := a.print(checks, func(w io.Writer) error { return writeChecks(w, checks) }); err != nil {
		return err
	}
	failed := 0
	for _, c := range checks {
		if !c.OK {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %s failed", failed, progress.Count(len(checks), "check"))
	}
	return nil
}

// checkSpace compares the free space with what the catalog says of a plan's size.
func checkSpace(c *opc.Client, p *planned) (check, error) {
	free, err := c.Store().Free()
	need := opc.EstimatedSize(p.plan)
	text := fmt.Sprintf("%s: %s free", c.Store().Dir(), progress.Bytes(free))
	if need > 0 {
		text += fmt.Sprintf(", %s needs about %s", p.plan.Name, progress.Bytes(need))
	}
	return check{Name: "space", OK: free > need, Text: text}, err
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
