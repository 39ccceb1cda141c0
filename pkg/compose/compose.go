package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// DefaultKubeVersion is the Kubernetes version charts are rendered for when
// nothing else is asked.
const DefaultKubeVersion = "v1.36.3"

// Request is what to compose.
type Request struct {
	// Name of the plan.
	Name string
	// Kubefile, parsed.
	Kubefile *kubefile.File
	// Context is the build context; nil when there is none.
	Context *Context
	// Catalog has the components, Profile finds the Kubefile of FROM profile://.
	Catalog *catalog.Catalog
	Profile func(name string) (*kubefile.File, *Context, error)
	// Platforms to build for; at least one.
	Platforms []string
	// Args are the build arguments.
	Args map[string]string
	// Type of the image; default kube-installer.
	Type sealer.ImageType
	// KubeVersion charts are rendered for; default DefaultKubeVersion.
	KubeVersion string
}

// Compose makes the plan. It reads the Kubefile, the catalog and the names and
// modes of the files in the context, and asks no network. All mistakes that can
// be found are reported at once.
func Compose(ctx context.Context, r Request) (*Plan, error) {
	var plans []*Plan
	for _, platform := range r.Platforms {
		b := &builder{request: r, platform: platform, context: r.Context, plan: &Plan{
			Name: r.Name, Type: r.Type, KubeVersion: r.KubeVersion, Platforms: slices.Clone(r.Platforms),
			Labels: map[string]string{},
		}}
		if b.plan.Type == "" {
			b.plan.Type = sealer.KubeInstaller
		}
		if b.plan.KubeVersion == "" {
			b.plan.KubeVersion = DefaultKubeVersion
		}
		if err := b.file(ctx, r.Kubefile, 0); err != nil {
			return nil, err
		}
		if err := b.check(); err != nil {
			return nil, err
		}
		plans = append(plans, b.plan)
	}
	plan, err := join(r.Platforms, plans)
	if err != nil {
		return nil, err
	}
	slices.Sort(plan.Platforms)
	return plan, nil
}

// builder makes the plan of one platform.
type builder struct {
	request  Request
	platform string
	context  *Context
	plan     *Plan
}

// maxProfiles bounds how deep profiles build on one another.
const maxProfiles = 16

// file adds what one Kubefile says, after the profile it builds on.
func (b *builder) file(ctx context.Context, file *kubefile.File, depth int) error {
	script, err := kubefile.Expand(file, kubefile.ExpandOptions{Platform: b.platform, BuildArgs: b.request.Args})
	if err != nil {
		return err
	}
	if err := b.from(ctx, script.From, depth); err != nil {
		return err
	}
	var problems kubefile.Problems
	for _, step := range script.Steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := b.step(step); err != nil {
			problems = append(problems, kubefile.Problem{
				Pos: step.At(), Rule: kubefile.RuleValue, Severity: kubefile.Error, What: step.Keyword() + ": " + err.Error(),
			})
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

func (b *builder) from(ctx context.Context, from kubefile.From, depth int) error {
	switch {
	case from.Scratch:
		return nil
	case from.Image != "":
		b.plan.Base = from.Image
		return nil
	case b.request.Profile == nil:
		return fmt.Errorf("%s: FROM profile://%s: there are no profiles here", from.At(), from.Profile)
	case depth == maxProfiles:
		return fmt.Errorf("%s: FROM profile://%s: profiles build on one another more than %d deep; is there a circle?",
			from.At(), from.Profile, maxProfiles)
	}
	file, dir, err := b.request.Profile(from.Profile)
	if err != nil {
		return fmt.Errorf("%s: FROM profile://%s: %w", from.At(), from.Profile, err)
	}
	own := b.context
	b.context = dir
	err = b.file(ctx, file, depth+1)
	b.context = own
	return err
}

// phase is the number of RUN instructions so far.
func (b *builder) phase() int { return len(b.plan.Runs) }

// download adds a download to the plan, once, and returns its source.
func (b *builder) download(d Download) string {
	for i := range b.plan.Downloads {
		known := &b.plan.Downloads[i]
		if known.Source != d.Source {
			continue
		}
		if known.SHA256 == "" {
			known.SHA256 = d.SHA256
		}
		if len(d.Platforms) == 0 {
			known.Platforms = nil
		} else if len(known.Platforms) > 0 {
			known.Platforms = append(known.Platforms, d.Platforms...)
		}
		return d.Source
	}
	b.plan.Downloads = append(b.plan.Downloads, d)
	return d.Source
}

var errNoContext = errors.New("there is no build context to take files from; give a directory")
