package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/remote"
)

// open starts progress and opens what commands work with, in a store that is
// made when there is none. Close the client.
func (a *app) open() (*opc.Client, error) { return a.openClient(false) }

// openExisting is open for commands that look for something in the store: they
// make none where there is none.
func (a *app) openExisting() (*opc.Client, error) { return a.openClient(true) }

var errNoStore = errors.New("there is no store")

func (a *app) openClient(existing bool) (*opc.Client, error) {
	dir, err := a.global.storeDir()
	if err != nil {
		return nil, err
	}
	network, err := a.network()
	if err != nil {
		return nil, err
	}
	stamp, err := created()
	if err != nil {
		return nil, err
	}
	composer, err := a.composer()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(dir); existing && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w in %s yet; build, pull or load an image, or name another store with --store", errNoStore, dir)
	}
	a.startProgress()
	return opc.Open(opc.Options{
		Store: dir, Composer: composer, Remote: network, Created: stamp,
		Client: "opc-image " + Version(), Progress: a.report, Log: a.progress.Log,
	})
}

// network says how remote hosts are reached.
func (a *app) network() (remote.Options, error) {
	config, err := a.global.remote()
	return remote.Options{Config: config, Offline: a.global.offline, UserAgent: "opc-image/" + Version()}, err
}

func (a *app) startProgress() {
	if a.progress == nil {
		a.progress = ui.NewProgress(ui.ProgressOptions{Mode: a.global.progress, Out: a.err})
	}
}

// report shows an event. What fails because the command was interrupted is not
// listed, an item each.
func (a *app) report(e progress.Event) {
	if e.Status != "failed" || !a.interrupted() {
		a.progress.Report(e)
	}
}

// composer knows the built-in catalog and the directories of --catalog. There is
// one, so that these are read once.
func (a *app) composer() (*opc.Composer, error) {
	if a.composes != nil {
		return a.composes, nil
	}
	var layers []fs.FS
	for _, dir := range a.global.catalog {
		if _, err := os.ReadDir(dir); err != nil {
			return nil, inputError{fmt.Errorf("--catalog: %w", err)}
		}
		layers = append(layers, os.DirFS(dir))
	}
	a.composes = opc.NewComposer(layers...)
	return a.composes, nil
}

// body is what a command does with a client.
type body func(ctx context.Context, c *opc.Client, args []string) error

// on makes a command of what it does with a client.
func (a *app) on(do body) func(*cobra.Command, []string) error { return with(a.open, do) }

// onStore is on for commands that make no store.
func (a *app) onStore(do body) func(*cobra.Command, []string) error { return with(a.openExisting, do) }

// imageNames has a command whose arguments are names of images look at these
// before it opens anything.
func imageNames(run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := checkNames(args, false); err != nil {
			return err
		}
		return run(cmd, args)
	}
}

func with(open func() (*opc.Client, error), do body) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := open()
		if err != nil {
			return err
		}
		defer c.Close()
		return do(cmd.Context(), c, args)
	}
}

// print ends progress and writes a result to standard output: v as JSON, or
// what text writes.
func (a *app) print(v any, text func(w io.Writer) error) error {
	a.startProgress()
	a.progress.Close()
	return ui.Output{Format: a.global.output, W: a.out}.Write(v, text)
}
