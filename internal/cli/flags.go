package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
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
	f.StringVar(&g.store, "store", "", "keep the store in `DIR` (default $XDG_DATA_HOME/opc-image)")
	f.StringVar(&g.config, "config", "", "take mirrors, hosts and limits from `FILE` (default $XDG_CONFIG_HOME/opc-image/config.yaml)")
	f.StringArrayVar(&g.catalog, "catalog", nil, "components in `DIR` replace or add to the built-in ones; may be repeated")
	f.Var(&g.output, "output", "how results are written")
	f.Var(&g.progress, "progress", "how progress is shown on standard error")
	f.BoolVar(&g.offline, "offline", false, "ask no network; fail, naming what would have been asked for")
	completeFlag(cmd, "output", strings.Split(g.output.Type(), "|")...)
	completeFlag(cmd, "progress", strings.Split(g.progress.Type(), "|")...)
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
