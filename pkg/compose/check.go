package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// check finds what no single instruction can: apps that nothing can launch,
// components without what they require, two components that write one file.
func (b *builder) check() kubefile.Problems {
	problems := slices.Clone(b.clashes)
	for _, app := range b.plan.Apps {
		if app.Command() == "" {
			problems = append(problems, problem(b.at[app.Name], errNoLaunch(app.Name).Error()))
		}
	}
	for i, c := range b.plan.Components {
		for _, what := range slices.Concat(b.requires(c), b.conflicts(c, b.plan.Components[:i]), b.kubernetes(c)) {
			problems = append(problems, problem(b.at[c.Name], what))
		}
		b.warnPlatforms(c)
	}
	return append(problems, b.files()...)
}

// component is the place of a component in the plan, -1 when it is not there.
func (b *builder) component(name string) int {
	return slices.IndexFunc(b.plan.Components, func(c *catalog.Component) bool { return c.Name == name })
}

// requires tells which components are missing before c.
func (b *builder) requires(c *catalog.Component) (problems []string) {
	for _, name := range c.Requires {
		at := b.component(name)
		switch {
		case at < 0 && b.plan.Base != "":
			b.warn("component %s requires %s, which the base image %s has to bring", c.Name, name, b.plan.Base)
		case at < 0 && b.plan.Type == sealer.AppInstaller:
			b.warn("component %s needs %s on the cluster already", c.Name, name)
		case at < 0:
			problems = append(problems, fmt.Sprintf("component %s requires %s; add APP %s component://%s before it", c.Name, name, name, name))
		default:
			if what := b.order(c, b.plan.Components[at]); what != "" {
				problems = append(problems, what)
			}
		}
	}
	return problems
}

// order tells when c would start before what it requires: by LAUNCH, where apps
// have one, and else by their declaration.
func (b *builder) order(c, required *catalog.Component) string {
	launch := b.plan.Launch.AppNames
	own, other := slices.Index(launch, c.Name), slices.Index(launch, required.Name)
	installs := len(required.Install.Charts)+len(required.Install.Manifests)+len(required.Launch) > 0
	switch {
	case own >= 0 && other > own:
		return fmt.Sprintf("component %s requires %s, which LAUNCH starts after it; change the order", c.Name, required.Name)
	case own >= 0 && other < 0 && installs:
		return fmt.Sprintf("component %s requires %s, which LAUNCH does not start; add it before %s", c.Name, required.Name, c.Name)
	case own < 0 && b.component(required.Name) > b.component(c.Name):
		return fmt.Sprintf("component %s requires %s, which comes after it; change the order", c.Name, required.Name)
	}
	return ""
}

// conflicts tells which of the components before c cannot be in one cluster
// with it.
func (b *builder) conflicts(c *catalog.Component, before []*catalog.Component) (problems []string) {
	for _, other := range before {
		if slices.Contains(c.Conflicts, other.Name) || slices.Contains(other.Conflicts, c.Name) {
			problems = append(problems, fmt.Sprintf("components %s and %s cannot be in one cluster; leave one of them out", other.Name, c.Name))
		}
	}
	return problems
}

// kubernetes checks the versions a component runs on against the one that is
// built for.
func (b *builder) kubernetes(c *catalog.Component) []string {
	if c.Kubernetes == "" {
		return nil
	}
	constraint, err := semver.NewConstraint(c.Kubernetes)
	if err != nil {
		return []string{fmt.Sprintf("component %s: the range of Kubernetes versions %q cannot be read: %v", c.Name, c.Kubernetes, err)}
	}
	version, err := semver.NewVersion(b.plan.KubeVersion)
	if err != nil || !constraint.Check(version) {
		return []string{fmt.Sprintf("component %s runs on Kubernetes %s, and this image is for %s", c.Name, c.Kubernetes, b.plan.KubeVersion)}
	}
	return nil
}

// warnPlatforms tells of images that a platform of the plan will lack.
func (b *builder) warnPlatforms(c *catalog.Component) {
	for _, image := range c.Images {
		if len(image.Platforms) > 0 && !slices.Contains(image.Platforms, b.platform) {
			b.warn("component %s: image %s is not published for %s and is left out there; what needs it will not start on such a host", c.Name, image.Name, b.platform)
		}
	}
}

// files finds names that cannot be in an image, and components that would
// replace each other's files.
func (b *builder) files() (problems kubefile.Problems) {
	owners := map[string]string{}
	for _, f := range b.plan.Files {
		if strings.HasPrefix(path.Base(f.Name), ".wh.") {
			problems = append(problems, problem(kubefile.Position{}, f.Name+": a name that begins with .wh. stands for a removed file in an image; rename it"))
		}
		if f.Owner == "" || f.Mode.IsDir() {
			continue
		}
		key := f.Name + " " + f.Platform
		if other, ok := owners[key]; ok && other != f.Owner {
			problems = append(problems, problem(b.at[f.Owner], fmt.Sprintf("components %s and %s both have a file %s", other, f.Owner, f.Name)))
		}
		owners[key] = f.Owner
	}
	return problems
}
