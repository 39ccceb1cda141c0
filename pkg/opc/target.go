package opc

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/containerd/platforms"

	opcimage "github.com/opc-source/opc-image"
	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// KubefileName is the file a build context is described by.
const KubefileName = "Kubefile"

// Target says what to compose.
type Target struct {
	// Name is a directory with a Kubefile, a profile, or a component of the
	// catalog. What exists first in this order is meant.
	Name string
	// File is the Kubefile, when it is not Name/Kubefile.
	File string
	// Way in which the files of components come into being; default
	// catalog.Release.
	Way catalog.Way
	// Platforms to build for; default linux/amd64 and linux/arm64.
	Platforms []string
	// Args are the build arguments.
	Args map[string]string
	// Type of the image; default kube-installer, and app-installer for a
	// component.
	Type sealer.ImageType
	// KubeVersion charts are rendered for; default compose.DefaultKubeVersion.
	KubeVersion string
}

// DefaultPlatforms are those built when nothing else is asked.
var DefaultPlatforms = []string{"linux/amd64", "linux/arm64"}

// Compose makes the plan of a target. It asks no network.
func (c *Client) Compose(ctx context.Context, t Target) (*compose.Plan, error) {
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
func (c *Client) find(t Target, r *compose.Request) error {
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
		return fmt.Errorf("%w: %s is neither a directory with a Kubefile, nor a profile (%s), nor a component: %w",
			ErrInput, t.Name, strings.Join(Profiles(), ", "), err)
	}
	r.Name = component.Name
	if r.Type == "" {
		r.Type = sealer.AppInstaller
	}
	text := fmt.Sprintf("FROM scratch\nAPP %[1]s component://%[1]s\nLAUNCH [%[1]q]\n", component.Name)
	r.Kubefile, err = kubefile.Parse(component.Name+"/"+KubefileName, strings.NewReader(text), kubefile.Limits{})
	return err
}

// isPath tells names that can only be of a directory.
func isPath(name string) bool {
	return name == "" || name == "." || name == ".." || strings.ContainsRune(filepath.ToSlash(name), '/')
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}

func (c *Client) findDir(t Target, r *compose.Request) error {
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
	if r.Kubefile, err = kubefile.Parse(t.File, f, kubefile.Limits{}); err != nil {
		return err
	}
	abs, err := filepath.Abs(t.Name)
	if err != nil {
		return err
	}
	r.Name = strings.ToLower(filepath.Base(abs))
	r.Context, err = compose.OpenContext(t.Name, filepath.Base(t.File))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInput, err)
	}
	return nil
}

func normalPlatforms(names []string) ([]string, error) {
	if len(names) == 0 {
		return slices.Clone(DefaultPlatforms), nil
	}
	var list []string
	for _, name := range names {
		p, err := platforms.Parse(name)
		if err != nil {
			return nil, fmt.Errorf("%w: platform %q: %w", ErrInput, name, err)
		}
		if p.OS != "linux" {
			return nil, fmt.Errorf("%w: platform %q: the hosts of a cluster run linux, such as linux/amd64", ErrInput, name)
		}
		if name = platformName(p); !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list, nil
}
