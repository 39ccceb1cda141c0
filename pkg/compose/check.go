package compose

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/Masterminds/semver/v3"

	"github.com/opc-source/opc-image/pkg/sealer"
)

// check finds what no single instruction can: components without what they
// require, apps that nothing can launch.
func (b *builder) check() error {
	var errs []error
	for _, name := range b.plan.Launch.AppNames {
		if b.plan.Base == "" && !slices.ContainsFunc(b.plan.Apps, func(a sealer.Application) bool { return a.Name == name }) {
			errs = append(errs, fmt.Errorf("LAUNCH names app %s, which is not declared", name))
		}
	}
	for _, app := range b.plan.Apps {
		if app.Type == "" && len(app.Cmds) == 0 && slices.Contains(b.plan.Launch.AppNames, app.Name) {
			errs = append(errs, fmt.Errorf("app %s holds files of several kinds, so that sealer cannot tell how to launch it; say how with APPCMDS %s [\"…\"]", app.Name, app.Name))
		}
	}
	for i, c := range b.plan.Components {
		for _, required := range c.Requires {
			at := -1
			for j, other := range b.plan.Components {
				if other.Name == required {
					at = j
				}
			}
			switch {
			case at < 0 && b.plan.Type == sealer.AppInstaller:
				b.warn("component %s needs %s on the cluster already", c.Name, required)
			case at < 0 && b.plan.Base == "":
				errs = append(errs, fmt.Errorf("component %s requires %s; add APP %s component://%s before it", c.Name, required, required, required))
			case at > i:
				errs = append(errs, fmt.Errorf("component %s requires %s, which comes after it; change the order", c.Name, required))
			}
		}
		for _, other := range b.plan.Components {
			if slices.Contains(c.Conflicts, other.Name) {
				errs = append(errs, fmt.Errorf("components %s and %s cannot be in one cluster", c.Name, other.Name))
			}
		}
		if err := b.kubernetes(c.Kubernetes); err != nil {
			errs = append(errs, fmt.Errorf("component %s: %w", c.Name, err))
		}
	}
	return errors.Join(errs...)
}

// kubernetes checks a range of versions against the one that is built for.
func (b *builder) kubernetes(constraint string) error {
	if constraint == "" {
		return nil
	}
	c, err := semver.NewConstraint(constraint)
	if err != nil {
		return fmt.Errorf("Kubernetes versions %q: %w", constraint, err)
	}
	v, err := semver.NewVersion(b.plan.KubeVersion)
	if err != nil {
		return fmt.Errorf("Kubernetes version %q: %w", b.plan.KubeVersion, err)
	}
	if !c.Check(v) {
		return fmt.Errorf("runs on Kubernetes %s, and this image is for %s", constraint, b.plan.KubeVersion)
	}
	return nil
}

func (b *builder) warn(format string, args ...any) {
	b.plan.Warnings = append(b.plan.Warnings, fmt.Sprintf(format, args...))
}

// emptyFile is a file without content.
type emptyFile string

func (f emptyFile) Stat() (fs.FileInfo, error) { return emptyInfo(f), nil }
func (emptyFile) Read([]byte) (int, error)     { return 0, io.EOF }
func (emptyFile) Close() error                 { return nil }

type emptyInfo string

func (f emptyInfo) Name() string     { return string(f) }
func (emptyInfo) Size() int64        { return 0 }
func (emptyInfo) Mode() fs.FileMode  { return 0o644 }
func (emptyInfo) ModTime() time.Time { return time.Time{} }
func (emptyInfo) IsDir() bool        { return false }
func (emptyInfo) Sys() any           { return nil }
