package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/opc-source/opc-image/pkg/layer"
)

// binfmtDir is where the kernel lists its emulators.
const binfmtDir = "/proc/sys/fs/binfmt_misc"

// Run executes one instruction over the tree and returns what it changed,
// sorted by name; nothing when it changed nothing. The tree stays as it was.
//
// An error names the position and text of the instruction. It wraps an
// [*ExitError] when the program failed, the error of ctx when that ended it,
// [context.DeadlineExceeded] after Command.Timeout, or one of the Err values.
func (r *Rootfs) Run(ctx context.Context, c Command) ([]layer.Entry, error) {
	entries, err := r.run(ctx, &c)
	if err != nil {
		return nil, c.locate(err)
	}
	return entries, nil
}

func (r *Rootfs) run(ctx context.Context, c *Command) (entries []layer.Entry, err error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	dir := filepath.Join(r.session.dir, runName)
	defer func() { err = errors.Join(err, removeTree(dir)) }()
	for _, name := range []string{upperName, workName, mergedName} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			return nil, err
		}
	}
	changed, err := r.execute(ctx, c, dir)
	if err != nil {
		return nil, err
	}
	d := &differ{
		ctx: ctx, lower: r.root(), upper: changed, whole: changed == filepath.Join(dir, mergedName),
		time: c.ModTime, blobs: r.opts.Blobs, owners: r.owners, root: os.Geteuid() == 0,
	}
	return d.entries()
}

// check finds what is wrong with the command before anything is started.
func (c *Command) check() error {
	if !hooked {
		return ErrNotHooked
	}
	if len(c.Args) == 0 || c.Args[0] == "" {
		return errors.New("no program to run")
	}
	switch c.Network {
	case "", HostNetwork, NoNetwork:
	default:
		return fmt.Errorf("network %q is neither host nor none", c.Network)
	}
	if c.Dir != "" && !path.IsAbs(c.Dir) {
		return fmt.Errorf("working directory %q is not absolute", c.Dir)
	}
	return checkPlatform(c.Platform, binfmtDir)
}

// execute runs the program over an overlay, or over a copy where the kernel
// refuses an overlay, and returns the directory that holds the changes.
func (r *Rootfs) execute(ctx context.Context, c *Command, dir string) (changed string, err error) {
	if !r.plain {
		err := r.start(ctx, c, true)
		var f *failure
		if !errors.As(err, &f) || f.Cause != causeOverlay {
			return filepath.Join(dir, upperName), err
		}
		r.plain = true // It would be refused again.
	}
	merged := filepath.Join(dir, mergedName)
	if err := copyTree(ctx, r.root(), merged); err != nil {
		return "", fmt.Errorf("copy the layers below: %w", err)
	}
	return merged, r.start(ctx, c, false)
}
