// Package cli is the command line of opc-image: one file a command, flags in
// groups, exit codes in one place. What a command does is in pkg/opc.
package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/opc"
)

// app is what all commands share.
type app struct {
	in       io.Reader
	out      io.Writer // data
	err      io.Writer // people
	global   globalFlags
	progress ui.Progress
	composes *opc.Composer // since composer

	interrupted func() bool // the command is to end
}

// Main runs the program and returns its exit code.
func Main(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	a := &app{in: in, out: out, err: errOut, interrupted: func() bool { return ctx.Err() != nil }}
	root := a.root()
	root.SetArgs(args)
	root.SetContext(ctx)
	done := make(chan error, 1)
	go func() {
		err := root.ExecuteContext(ctx)
		if a.progress != nil {
			a.progress.Close()
		}
		done <- err
	}()
	err := wait(ctx, done)
	code := exitCode(err)
	if err != nil {
		if code == exitInterrupted {
			err = fmt.Errorf("interrupted; run the same command again and it goes on where it stopped")
		}
		ui.WriteError(errOut, a.global.progress, strings.TrimPrefix(err.Error(), opc.ErrInput.Error()+": "))
	}
	return code
}

// grace is how long an interrupted command may take to end by itself. Reading
// from and writing to a pipe cannot be cancelled, and whatever a command leaves
// behind the next one copes with.
const grace = 700 * time.Millisecond

// wait waits for a command, but not for long once it was interrupted.
func wait(ctx context.Context, done <-chan error) error {
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(grace):
		return context.Canceled
	}
}

// New is the command tree, for the generated reference.
func New() *cobra.Command { return (&app{out: io.Discard, err: io.Discard}).root() }

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "opc-image",
		Short: "Pack a whole cloud platform into one OCI image",
		Long: `opc-image packs Kubernetes, its add-ons, middleware and every container image
they will ever ask for into one cluster image, which "sealer run" turns into a
cluster on hosts that never see the internet.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return inputError{fmt.Errorf("%w\nSee \"%s --help\"", err, cmd.CommandPath())}
	})
	a.global.register(root)
	root.AddGroup(
		&cobra.Group{ID: "make", Title: "Make an image:"},
		&cobra.Group{ID: "move", Title: "Move images:"},
		&cobra.Group{ID: "look", Title: "Look into images:"},
		&cobra.Group{ID: "keep", Title: "Keep the store:"},
	)
	for group, commands := range map[string][]func() *cobra.Command{
		"make": {a.build, a.rehearse, a.compose, a.lock, a.catalog, a.format},
		"move": {a.push, a.pull, a.save, a.load, a.serve, a.login, a.logout},
		"look": {a.images, a.inspect, a.tree, a.why, a.verify},
		"keep": {a.tag, a.rmi, a.fsck, a.prune, a.doctor, a.completion, a.version},
	} {
		for _, command := range commands {
			c := command()
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommandGroupID("keep")
	checkArgs(root)
	a.complete(root)
	return root
}
