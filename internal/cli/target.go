package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
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
	f.StringVarP(&t.file, "file", "f", "", "the Kubefile is `FILE` (default NAME/Kubefile)")
	f.StringSliceVar(&t.platforms, "platform", nil, "build for `OS/ARCH`; may be repeated (default "+strings.Join(opc.DefaultPlatforms, ",")+")")
	f.StringArrayVar(&t.args, "build-arg", nil, "`NAME=VALUE` of an ARG; without a value it is taken from the environment; may be repeated")
	f.StringVar(&t.imageType, "type", "", "`TYPE` of the image: kube-installer, or app-installer, which is the default for a component")
	f.StringVar(&t.way, "from", string(catalog.Release), "`WAY` by which programs come: release (downloaded, by checksum) or source (compiled from Go modules)")
	f.StringVar(&t.kubeVersion, "kube-version", "", "Kubernetes `VERSION` that charts are rendered for (default "+compose.DefaultKubeVersion+")")
	completeFlag(cmd, "platform", opc.DefaultPlatforms...)
	completeFlag(cmd, "type", string(sealer.KubeInstaller), string(sealer.AppInstaller))
	completeFlag(cmd, "from", string(catalog.Release), string(catalog.Source))
}

func (t *targetFlags) target(name string) (opc.Target, error) {
	target := opc.Target{
		Name: name, File: t.file, Platforms: t.platforms, KubeVersion: t.kubeVersion, Way: catalog.Way(t.way),
		Type: sealer.ImageType(t.imageType), Args: map[string]string{},
	}
	for _, arg := range t.args {
		key, value, ok := strings.Cut(arg, "=")
		if key == "" {
			return target, inputError{fmt.Errorf("--build-arg %q has no name; write NAME=VALUE", arg)}
		}
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

// planned is a target that was composed.
type planned struct {
	target opc.Target
	plan   *compose.Plan
	open   func() (*opc.Client, error)
	client *opc.Client // since pin
}

// onPlan makes the body of a command that works on the plan of its one argument.
// There is no store before there is a plan: bad input leaves nothing behind.
func (a *app) onPlan(flags *targetFlags, do func(ctx context.Context, p *planned) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		t, err := flags.target(args[0])
		if err != nil {
			return err
		}
		plan, err := a.plan(cmd.Context(), t)
		if err != nil {
			return err
		}
		p := &planned{target: t, plan: plan, open: a.open}
		defer func() {
			if p.client != nil {
				p.client.Close()
			}
		}()
		return do(cmd.Context(), p)
	}
}

// plan composes a target and tells its warnings.
func (a *app) plan(ctx context.Context, t opc.Target) (*compose.Plan, error) {
	a.startProgress()
	composer, err := a.composer()
	if err != nil {
		return nil, err
	}
	plan, err := composer.Compose(ctx, t)
	if err != nil {
		return nil, err
	}
	for _, warning := range plan.Warnings {
		a.progress.Log("Warning: " + warning)
	}
	return plan, nil
}
