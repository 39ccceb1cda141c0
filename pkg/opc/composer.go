package opc

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	opcimage "github.com/opc-source/opc-image"
	"github.com/opc-source/opc-image/images"
	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/sealer"
	"github.com/opc-source/opc-image/pkg/typo"
)

// Composer makes plans. It has no store, asks no network, and writes nothing.
type Composer struct {
	catalog func() (*catalog.Catalog, error)
}

// NewComposer gives a composer that knows the built-in profiles and components,
// and those of layers; see [LoadCatalog].
func NewComposer(layers ...fs.FS) *Composer {
	return &Composer{sync.OnceValues(func() (*catalog.Catalog, error) { return LoadCatalog(layers...) })}
}

// LoadCatalog reads the built-in components under those of layers; a later
// layer replaces a component of the same name.
func LoadCatalog(layers ...fs.FS) (*catalog.Catalog, error) {
	return catalog.Load(append([]fs.FS{images.FS}, layers...)...)
}

// Catalog is the catalog that components are taken from. It is read when it is
// asked for first.
func (c *Composer) Catalog() (*catalog.Catalog, error) { return c.catalog() }

// Compose makes the plan of a target. It asks no network.
func (c *Composer) Compose(ctx context.Context, t Target) (*compose.Plan, error) {
	targets, err := normalPlatforms(t.Platforms)
	if err != nil {
		return nil, err
	}
	r := compose.Request{
		Catalog: components(c.Catalog), Profile: c.profile, Platforms: targets,
		Way: t.Way, OwnModule: opcimage.Source, Args: t.Args, Type: t.Type, KubeVersion: t.KubeVersion,
	}
	if err := c.find(t, &r); err != nil {
		return nil, err
	}
	defer r.Context.Close()
	plan, err := compose.Compose(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	return plan, nil
}

// components reads the catalog when the first component is asked for: most
// Kubefiles of a single application name none.
type components func() (*catalog.Catalog, error)

var _ compose.Components = components(nil)

// Get implements compose.Components.
func (load components) Get(name string) (*catalog.Component, error) {
	c, err := load()
	if err != nil {
		return nil, err
	}
	return c.Get(name)
}

// find sets name, Kubefile and context of the request.
func (c *Composer) find(t Target, r *compose.Request) error {
	if t.File != "" || isPath(t.Name) || isFile(filepath.Join(t.Name, KubefileName)) {
		return c.findDir(t, r)
	}
	if file, dir, err := c.profile(t.Name); err == nil {
		r.Name, r.Kubefile, r.Context = t.Name, file, dir
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	component, err := r.Catalog.Get(t.Name)
	if err != nil {
		return c.unknown(t.Name, err)
	}
	r.Name = component.Name
	if r.Type == "" {
		r.Type = sealer.AppInstaller
	}
	text := fmt.Sprintf("FROM scratch\nAPP %[1]s component://%[1]s\nLAUNCH [%[1]q]\n", component.Name)
	r.Kubefile, err = kubefile.Parse(component.Name+"/"+KubefileName, strings.NewReader(text), kubefile.Limits{})
	return err
}

// unknown is the error of a target that is nothing at all.
func (c *Composer) unknown(name string, err error) error {
	all, failed := c.Catalog()
	if failed != nil || !errors.Is(err, catalog.ErrUnknown) {
		return err
	}
	hint := "\"opc-image catalog ls\" lists them"
	if meant := typo.Meant(name, append(Profiles(), all.Names()...)); meant != "" {
		hint = "did you mean " + meant + "?"
	}
	return fmt.Errorf("%w: %s is neither a directory with a Kubefile, nor a profile (%s), nor a component of the catalog; %s",
		ErrInput, name, strings.Join(Profiles(), ", "), hint)
}

func (c *Composer) findDir(t Target, r *compose.Request) error {
	if t.Name == "" {
		t.Name = "."
	}
	if t.File == "" {
		t.File = filepath.Join(t.Name, KubefileName)
	}
	f, err := os.Open(t.File)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInput, err)
	}
	defer f.Close()
	var syntax kubefile.Problems
	if r.Kubefile, err = kubefile.Parse(t.File, f, kubefile.Limits{}); err != nil && !errors.As(err, &syntax) {
		return err
	}
	abs, err := filepath.Abs(t.Name)
	if err != nil {
		return err
	}
	r.Name, r.LockName = strings.ToLower(filepath.Base(abs)), KubefileName
	r.Context, err = compose.OpenContext(t.Name, filepath.Base(t.File))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInput, errors.Join(syntax.Errors(), err))
	}
	if len(syntax) > 0 {
		defer r.Context.Close()
		return kubefile.Lint(r.Kubefile, kubefile.LintOptions{
			ExpandOptions: kubefile.ExpandOptions{BuildArgs: t.Args}, Context: r.Context.Context, Syntax: syntax,
		}).Errors()
	}
	return nil
}
