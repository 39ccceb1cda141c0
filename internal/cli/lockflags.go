package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/opc"
)

// lockFlags say where the lock is and how it is used.
type lockFlags struct {
	path   string
	locked bool
	update bool
}

func (l *lockFlags) register(cmd *cobra.Command) {
	l.registerFile(cmd)
	f := cmd.Flags()
	f.BoolVar(&l.locked, "locked", false, "fail when the lock does not fit, instead of bringing it up to date")
	f.BoolVar(&l.update, "update", false, "resolve every name anew, also those the lock has")
}

// registerFile is register for a command that only looks at the lock.
func (l *lockFlags) registerFile(cmd *cobra.Command) {
	cmd.Flags().StringVar(&l.path, "lock", "", "the lock is `FILE` (default opc.lock beside the Kubefile, NAME.opc.lock here for a profile or component)")
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
	if l.update && !l.locked {
		return nil, nil // also when it is damaged
	}
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
// It opens the client.
func (l *lockFlags) pin(ctx context.Context, p *planned) (*lock.Lock, error) {
	path := l.file(p.target)
	old, err := l.read(path)
	if err == nil {
		p.client, err = p.open()
	}
	if err != nil {
		return nil, err
	}
	if l.locked {
		if err := p.client.CheckLock(ctx, p.plan, old); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return old, nil
	}
	pins, err := p.client.Lock(ctx, p.plan, old)
	if err != nil {
		return nil, err
	}
	return pins, lock.WriteFile(path, pins)
}
