package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
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
}

func (t *targetFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&t.file, "file", "f", "", "the Kubefile (default NAME/Kubefile)")
	f.StringSliceVar(&t.platforms, "platform", nil, "platforms to build for (default "+strings.Join(opc.DefaultPlatforms, ",")+")")
	f.StringArrayVar(&t.args, "build-arg", nil, "NAME=VALUE of an ARG; without a value it is taken from the environment")
	f.StringVar(&t.imageType, "type", "", "kube-installer or app-installer (default: app-installer for a component)")
	f.StringVar(&t.kubeVersion, "kube-version", "", "Kubernetes version that charts are rendered for (default "+compose.DefaultKubeVersion+")")
}

func (t *targetFlags) target(name string) (opc.Target, error) {
	target := opc.Target{
		Name: name, File: t.file, Platforms: t.platforms, KubeVersion: t.kubeVersion,
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
func (l *lockFlags) pin(ctx context.Context, c *opc.Client, plan *compose.Plan, t opc.Target) (*lock.Lock, error) {
	path := l.file(t)
	old, err := l.read(path)
	if err != nil {
		return nil, err
	}
	if l.locked {
		if err := c.CheckLock(ctx, plan, old); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return old, nil
	}
	if l.update {
		old = nil
	}
	pins, err := c.Lock(ctx, plan, old)
	if err != nil {
		return nil, err
	}
	return pins, lock.WriteFile(path, pins)
}

func (a *app) build() *cobra.Command {
	var target targetFlags
	var pins lockFlags
	var tags []string
	var push bool
	cmd := &cobra.Command{
		Use:   "build NAME",
		Short: "Build a cluster image from a profile, a component or a directory with a Kubefile",
		Long: `Build composes NAME, resolves every chart, file and image it needs to a digest
(opc.lock), fetches what the store lacks, and bakes the cluster image. Nothing is
copied: layers are produced when the image is pushed, saved or served.

NAME is a directory with a Kubefile, a profile, or a component of the catalog.
A build that was interrupted goes on where it stopped.`,
		Example: `  opc-image build full -t registry.example/opc:v0.1.0 --push
  opc-image build istio
  opc-image build ./my-platform --platform linux/amd64 --locked`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := target.target(args[0])
			if err != nil {
				return err
			}
			c, err := a.open()
			if err != nil {
				return err
			}
			defer c.Close()
			plan, err := a.plan(cmd.Context(), c, t)
			if err != nil {
				return err
			}
			locked, err := pins.pin(cmd.Context(), c, plan, t)
			if err != nil {
				return err
			}
			return a.bake(cmd.Context(), c, plan, locked, tags, push)
		},
	}
	target.register(cmd)
	pins.register(cmd)
	cmd.Flags().StringArrayVarP(&tags, "tag", "t", nil, "name of the image (default localhost/NAME:latest); may be repeated")
	cmd.Flags().BoolVar(&push, "push", false, "push the image under each of its names")
	return cmd
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

// bake builds, tags, and pushes when asked to.
func (a *app) bake(ctx context.Context, c *opc.Client, plan *compose.Plan, l *lock.Lock, tags []string, push bool) error {
	if len(tags) == 0 {
		tags = []string{plan.Name}
	}
	img, err := c.Build(ctx, plan, l, tags[0])
	if err != nil {
		return err
	}
	for _, tag := range tags[1:] {
		if err := c.Tag(ctx, tags[0], tag); err != nil {
			return err
		}
	}
	if push {
		for _, tag := range tags {
			if _, err := c.Push(ctx, tag, opc.PushOptions{}); err != nil {
				return err
			}
		}
	}
	a.progress.Close()
	return a.output().Write(img, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s@%s\n", img.Name, img.Descriptor.Digest)
		if err == nil {
			err = writeVariants(w, img)
		}
		return err
	})
}

func writeVariants(w io.Writer, img *opc.Image) error {
	t := ui.NewTable("PLATFORM", "LAYERS", "SIZE", "IMAGES", "APPS")
	for _, v := range img.Variants {
		t.Row(v.Platform, len(v.Manifest.Layers), ui.Bytes(v.Size), countImages(v), len(v.Extension.Applications))
	}
	return t.Write(w)
}

// countImages counts the container images of a variant, each once.
func countImages(v opc.Variant) int {
	names := map[string]bool{}
	for _, image := range v.Images {
		names[image.Image] = true
	}
	return len(names)
}
