// Package aptget fetches packages of a Debian distribution, for any of its
// architectures, through the configuration of apt on this machine: its mirrors
// and its keys. Nothing is installed, and the lists of the machine stay as they
// are.
package aptget

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"
)

// Package is one version of a package for one architecture.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Arch is the architecture in Debian's words, which are Go's for amd64 and
	// arm64.
	Arch string `json:"arch"`
	// SHA256 of the package file, in hexadecimal.
	SHA256 string `json:"sha256"`
}

// Client fetches packages. It may be used by many goroutines.
type Client struct {
	// Command is apt-get; default "apt-get".
	Command string
	// Dir keeps lists of packages between runs; required.
	Dir string
	// Log is told what goes on. Nil: nobody.
	Log func(line string)

	updates singleflight.Group
	updated sync.Map // architectures whose lists were asked for in this run
}

// Fetch brings a package into dir and gives the name of the file. The lists of
// packages are renewed when they do not have it.
func (c *Client) Fetch(ctx context.Context, p Package, dir string) (string, error) {
	err := c.download(ctx, p, dir)
	if err != nil && !errors.Is(err, exec.ErrNotFound) && ctx.Err() == nil {
		if updateErr := c.update(ctx, p.Arch); updateErr != nil {
			return "", updateErr
		}
		err = c.download(ctx, p, dir)
	}
	if err != nil {
		return "", fmt.Errorf("package %s %s for %s: %w\n%s", p.Name, p.Version, p.Arch, err, hint(err))
	}
	found, err := filepath.Glob(filepath.Join(dir, p.Name+"_*_*.deb"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("package %s: apt-get left %d files", p.Name, len(found))
	}
	return found[0], check(found[0], p)
}

func (c *Client) download(ctx context.Context, p Package, dir string) error {
	return c.run(ctx, p.Arch, dir, "download", p.Name+":"+p.Arch+"="+p.Version)
}

// update renews the lists of an architecture, once in a run.
func (c *Client) update(ctx context.Context, arch string) error {
	_, err, _ := c.updates.Do(arch, func() (any, error) {
		if _, done := c.updated.LoadOrStore(arch, true); done {
			return nil, nil
		}
		if c.Log != nil {
			c.Log("read the distribution's lists of packages for " + arch)
		}
		err := c.run(ctx, arch, c.Dir, "update")
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			return nil, nil // of one of several places; the download tells whether it matters
		}
		return nil, err
	})
	return err
}

// run runs apt-get with a root of its own but the configuration of the machine.
func (c *Client) run(ctx context.Context, arch, dir string, args ...string) error {
	state, err := filepath.Abs(filepath.Join(c.Dir, arch))
	if err != nil {
		return err
	}
	for _, d := range []string{"lists/partial", "archives/partial"} {
		if err := os.MkdirAll(filepath.Join(state, d), 0o755); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(state, "status"), nil, 0o644); err != nil {
		return err
	}
	command := c.Command
	if command == "" {
		command = "apt-get"
	}
	options := []string{
		"-qq", "-o", "APT::Architecture=" + arch, "-o", "APT::Architectures::=" + arch, "-o", "Dir::State=" + state,
		"-o", "Dir::State::status=" + filepath.Join(state, "status"), "-o", "Dir::Cache=" + state,
		"-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none",
	}
	cmd := exec.CommandContext(ctx, command, append(options, args...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w%s", command, args[0], err, tail(string(out)))
	}
	return nil
}

// check holds a file against the checksum of the package.
func check(file string, p Package) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return err
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); sum != p.SHA256 {
		return fmt.Errorf("package %s %s for %s has SHA-256 %s, and is pinned to %s; do not use it, and ask who runs the mirror", p.Name, p.Version, p.Arch, sum, p.SHA256)
	}
	return nil
}

// tail are the last lines of an output.
func tail(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return "\n\t" + strings.Join(lines[max(0, len(lines)-5):], "\n\t")
}

func hint(err error) string {
	if errors.Is(err, exec.ErrNotFound) {
		return "this machine has no apt-get: build on Debian or a distribution made from it, or build --from release"
	}
	return "the distribution of this machine may have another version by now; take that one into the component, with its checksum, or build --from release"
}
