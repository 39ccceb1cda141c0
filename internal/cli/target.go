package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// targetFlags say what to compose, and for what.
type targetFlags struct {
	file        string
	platforms   []string
	args        []string
	imageType   string
	kubeVersion string
	way         string
}

func (t *targetFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&t.file, "file", "f", "", "the Kubefile (default NAME/Kubefile)")
	f.StringSliceVar(&t.platforms, "platform", nil, "platforms to build for (default "+strings.Join(opc.DefaultPlatforms, ",")+")")
	f.StringArrayVar(&t.args, "build-arg", nil, "NAME=VALUE of an ARG; without a value it is taken from the environment")
	f.StringVar(&t.imageType, "type", "", "kube-installer or app-installer (default: app-installer for a component)")
	f.StringVar(&t.way, "from", string(catalog.Release), "where programs come from: release (downloaded, by checksum) or source (compiled from Go modules)")
	f.StringVar(&t.kubeVersion, "kube-version", "", "Kubernetes version that charts are rendered for (default "+compose.DefaultKubeVersion+")")
}

func (t *targetFlags) target(name string) (opc.Target, error) {
	target := opc.Target{
		Name: name, File: t.file, Platforms: t.platforms, KubeVersion: t.kubeVersion, Way: catalog.Way(t.way),
		Type: sealer.ImageType(t.imageType), Args: map[string]string{},
	}
	for _, arg := range t.args {
		key, value, ok := strings.Cut(arg, "=")
		if !ok {
			value, ok = os.LookupEnv(key)
		}
		if ok {
			target.Args[key] = value
		}
	}
	if !slices.Contains(catalog.Ways(), target.Way) {
		return target, inputError{fmt.Errorf("--from %q is neither release nor source", t.way)}
	}
	switch target.Type {
	case "", sealer.KubeInstaller, sealer.AppInstaller:
		return target, nil
	}
	return target, inputError{fmt.Errorf("--type %q is neither kube-installer nor app-installer", t.imageType)}
}

// lockFlags say where the lock is and how it is used.
type lockFlags struct {
	path   string
	locked bool
	update bool
}

func (l *lockFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&l.path, "lock", "", "the lock file (default opc.lock beside the Kubefile, NAME.opc.lock here for a profile or component)")
	f.BoolVar(&l.locked, "locked", false, "fail when the lock does not fit, instead of bringing it up to date")
	f.BoolVar(&l.update, "update", false, "resolve every name anew, also those the lock has")
}

// file is where the lock of a target is.
func (l *lockFlags) file(t opc.Target) string {
	if l.path != "" {
		return l.path
	}
	if t.File != "" {
		return filepath.Join(filepath.Dir(t.File), lock.FileName)
	}
	if info, err := os.Stat(t.Name); err == nil && info.IsDir() {
		return filepath.Join(t.Name, lock.FileName)
	}
	return t.Name + "." + lock.FileName
}

// read reads the lock; nil when there is none yet.
func (l *lockFlags) read(path string) (*lock.Lock, error) {
	if l.update && !l.locked {
		return nil, nil // also when it is damaged
	}
	old, err := lock.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && l.locked:
		return nil, fmt.Errorf("%w: there is no %s; write one with \"opc-image lock\"", lock.ErrStale, path)
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, inputError{err}
	}
	return old, nil
}

// pin gives the lock of a plan: the one there is, or a new one, which is written.
func (l *lockFlags) pin(ctx context.Context, p planned) (*lock.Lock, error) {
	path := l.file(p.target)
	old, err := l.read(path)
	if err != nil {
		return nil, err
	}
	if l.locked {
		if err := p.client.CheckLock(ctx, p.plan, old); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return old, nil
	}
	pins, err := p.client.Lock(ctx, p.plan, old)
	if err != nil {
		return nil, err
	}
	return pins, lock.WriteFile(path, pins)
}

// planned is a target that was composed.
type planned struct {
	client *opc.Client
	target opc.Target
	plan   *compose.Plan
}

// onPlan makes the body of a command that works on the plan of its one argument.
func (a *app) onPlan(flags *targetFlags, do func(ctx context.Context, p planned) error) func(*cobra.Command, []string) error {
	return a.on(func(ctx context.Context, c *opc.Client, args []string) error {
		t, err := flags.target(args[0])
		if err != nil {
			return err
		}
		plan, err := a.plan(ctx, c, t)
		if err != nil {
			return err
		}
		return do(ctx, planned{c, t, plan})
	})
}

// plan composes a target and tells its warnings.
func (a *app) plan(ctx context.Context, c *opc.Client, t opc.Target) (*compose.Plan, error) {
	plan, err := c.Compose(ctx, t)
	if err != nil {
		return nil, err
	}
	for _, warning := range plan.Warnings {
		a.progress.Log("Warning: " + warning)
	}
	return plan, nil
}
