package opc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/lower"
)

// KubefileFinding is one thing that LintKubefile reports.
type KubefileFinding struct {
	Severity string `json:"severity"` // "error" or "warning"
	Rule     string `json:"rule"`
	Text     string `json:"text"` // file:line:column: what; hint
}

// LintKubefile checks a Kubefile and its build context, the directory it is in.
// With write it also brings the file into the usual form.
func LintKubefile(name string, write bool) ([]KubefileFinding, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	file, err := kubefile.Parse(name, bytes.NewReader(data), kubefile.Limits{})
	var syntax kubefile.Problems
	if err != nil && !errors.As(err, &syntax) {
		return nil, err
	}
	dir, err := compose.OpenContext(filepath.Dir(name), filepath.Base(name))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	found := findings(kubefile.Lint(file, kubefile.LintOptions{Context: dir.Context, Syntax: syntax}))
	if formatted := file.Format(); write && len(syntax) == 0 && !bytes.Equal(formatted, data) {
		return found, rewrite(name, formatted)
	}
	return found, nil
}

// rewrite gives a file, or what the link leads to, other content: all of it or none.
func rewrite(name string, data []byte) error {
	name, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(info.Mode()), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w; it is as it was", name, err)
	}
	return os.Rename(f.Name(), name)
}

func findings(problems kubefile.Problems) []KubefileFinding {
	var list []KubefileFinding
	for _, p := range problems {
		list = append(list, KubefileFinding{p.Severity.String(), p.Rule, p.Error()})
	}
	return list
}

// Lower writes the plan as a Kubefile and a build context for plain sealer.
func (c *Client) Lower(ctx context.Context, plan *compose.Plan, l *lock.Lock, dir string) error {
	r := &locker{Client: c, plan: plan, lock: l, old: l}
	if err := r.missingDownloads(ctx); err != nil {
		return err
	}
	if err := r.stage(ctx); err != nil {
		return err
	}
	return lower.Write(ctx, plan, l, c.store, dir)
}
