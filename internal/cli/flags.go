package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/remote"
)

// globalFlags are those of every command.
type globalFlags struct {
	store    string
	config   string
	catalog  []string
	output   ui.Format
	progress ui.Mode
	offline  bool
}

func (g *globalFlags) register(cmd *cobra.Command) {
	f := cmd.PersistentFlags()
	f.StringVar(&g.store, "store", "", "directory of the store (default $XDG_DATA_HOME/opc-image)")
	f.StringVar(&g.config, "config", "", "file with mirrors, hosts and limits (default $XDG_CONFIG_HOME/opc-image/config.yaml)")
	f.StringArrayVar(&g.catalog, "catalog", nil, "directory of components that replace or add to the built-in ones; may be repeated")
	f.Var(&g.output, "output", "how results are written")
	f.Var(&g.progress, "progress", "how progress is shown on standard error")
	f.BoolVar(&g.offline, "offline", false, "ask no network; fail, naming what would have been asked for")
}

// storeDir is where the store is.
func (g *globalFlags) storeDir() (string, error) {
	if g.store != "" {
		return g.store, nil
	}
	return xdg("XDG_DATA_HOME", ".local/share")
}

func xdg(variable, fallback string) (string, error) {
	if dir := os.Getenv(variable); filepath.IsAbs(dir) {
		return filepath.Join(dir, "opc-image"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("neither $%s nor a home directory is set; say --store and --config", variable)
	}
	return filepath.Join(home, fallback, "opc-image"), nil
}

// remote is the configuration of remote hosts; a missing default file is none.
func (g *globalFlags) remote() (remote.Config, error) {
	path := g.config
	if path == "" {
		dir, err := xdg("XDG_CONFIG_HOME", ".config")
		if err != nil {
			return remote.Config{}, err
		}
		path = filepath.Join(dir, "config.yaml")
	}
	config, err := remote.Load(path)
	if g.config == "" && errors.Is(err, fs.ErrNotExist) {
		return remote.Config{}, nil
	}
	if err != nil {
		return remote.Config{}, inputError{err}
	}
	return config, nil
}

// created is the time stamp of images: SOURCE_DATE_EPOCH, or the Unix epoch.
// See reproducible-builds.org/specs/source-date-epoch.
func created() (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return time.Unix(0, 0).UTC(), nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 {
		return time.Time{}, inputError{fmt.Errorf("SOURCE_DATE_EPOCH=%q is not a number of seconds", text)}
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// open starts progress and opens what commands work with. Close the client.
func (a *app) open() (*opc.Client, error) {
	dir, err := a.global.storeDir()
	if err != nil {
		return nil, err
	}
	config, err := a.global.remote()
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
	a.startProgress()
	return opc.Open(opc.Options{
		Store: dir, Composer: composer,
		Remote:  remote.Options{Config: config, Offline: a.global.offline, UserAgent: "opc-image/" + Version()},
		Created: stamp, Client: "opc-image " + Version(), Progress: a.progress.Report, Log: a.progress.Log,
	})
}

func (a *app) startProgress() {
	if a.progress == nil {
		a.progress = ui.NewProgress(ui.ProgressOptions{Mode: a.global.progress, Out: a.err})
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

// on makes the body of a command that works with a client.
func (a *app) on(do func(ctx context.Context, c *opc.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := a.open()
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
