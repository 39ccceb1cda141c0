package sealer

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/opc-source/opc-image/test/e2e/host"
)

// mount makes the files of the image writable, in a directory of this run: what
// is rendered belongs to one cluster. The plugins are those of the image.
func (c *Cluster) mount(ctx context.Context) (string, error) {
	dir, err := os.MkdirTemp(c.Work, "mount-*")
	if err != nil {
		return "", err
	}
	// Hard links: nothing below may write to a file that is there.
	out, err := exec.CommandContext(ctx, "cp", "-al", c.Image.Dir+"/.", dir).CombinedOutput()
	if err != nil {
		return "", errors.Join(fmt.Errorf("mount the image: %w: %s", err, out), os.RemoveAll(dir))
	}
	if c.hooks, err = loadHooks(dir); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

// distribute brings everything but the registry to hosts
// (pkg/imagedistributor/scp_distributor.go).
func (c *Cluster) distribute(ctx context.Context, mounted string, hosts []*host.Host) error {
	for path, content := range c.Configs {
		if err := replace(filepath.Join(mounted, path), []byte(content)); err != nil {
			return err
		}
	}
	for _, dir := range []string{"etc", "charts", "manifests"} {
		if err := render(filepath.Join(mounted, dir), c.env()); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(mounted)
	if err != nil {
		return err
	}
	var small, large []string
	for _, entry := range entries {
		switch name := filepath.Join(mounted, entry.Name()); entry.Name() {
		case "registry":
		case "bin", "cri", "cni":
			large = append(large, name)
		default:
			small = append(small, name)
		}
	}
	return all(hosts, func(h *host.Host) error {
		if err := copyTo(ctx, h, Rootfs, small...); err != nil || len(large) == 0 {
			return err
		}
		return linkTo(ctx, h, Rootfs, large...)
	})
}

// distributeRegistry brings the registry to the hosts that will serve it.
func (c *Cluster) distributeRegistry(ctx context.Context, mounted string, hosts []*host.Host) error {
	return all(hosts, func(h *host.Host) error {
		return linkTo(ctx, h, Rootfs, filepath.Join(mounted, "registry"))
	})
}

// copyTo copies files and directories into a directory of a host.
func copyTo(ctx context.Context, h *host.Host, dir string, names ...string) error {
	target := file(h, dir)
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	return copyFiles(ctx, h, append([]string{"-a", "--remove-destination", "--no-preserve=links", "--reflink=auto", "-t", target}, names...))
}

// linkTo is copyTo for what nobody writes to but by a rename: hosts share it,
// which saves a gigabyte for each.
func linkTo(ctx context.Context, h *host.Host, dir string, names ...string) error {
	return copyFiles(ctx, h, append([]string{"-a", "--link", "--remove-destination", "-t", file(h, dir)}, names...))
}

func copyFiles(ctx context.Context, h *host.Host, args []string) error {
	if out, err := exec.CommandContext(ctx, "cp", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("copy to %s: %w: %s", h.Name, err, out)
	}
	return nil
}

// render fills in the templates below a directory (pkg/env/env.go): NAME.tmpl
// becomes NAME.
func render(dir string, env map[string]string) error {
	functions := template.FuncMap{
		"b64enc": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"b64dec": func(s string) (string, error) {
			data, err := base64.StdEncoding.DecodeString(s)
			return string(data), err
		},
	}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".tmpl") {
			return err
		}
		parsed, err := template.New(filepath.Base(name)).Funcs(functions).ParseFiles(name)
		if err != nil {
			return err
		}
		var b strings.Builder
		if err := parsed.Execute(&b, env); err != nil {
			return err
		}
		return replace(strings.TrimSuffix(name, ".tmpl"), []byte(b.String()))
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// replace writes a file under a name that another file may have, which keeps
// its content.
func replace(name string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.WriteFile(name, content, 0o644)
}
