package opc

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/gobuild"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
)

// compileInto puts the pins of programs in their places among others.
func (r *locker) compileInto(ctx context.Context, programs []compose.Download, at []int, pins []lock.Download, m *progress.Meter) error {
	made, err := r.compileAll(ctx, programs, m)
	for _, pin := range made {
		for n, d := range programs {
			if d.Source == pin.Source {
				pins[at[n]] = pin
			}
		}
	}
	return err
}

// compileAll compiles programs into the store and pins them. Those of one module
// and platform are compiled together, which is much less work than one by one.
func (r *locker) compileAll(ctx context.Context, list []compose.Download, meter *progress.Meter) ([]lock.Download, error) {
	type group struct{ module, platform string }
	var order []group
	groups := map[group][]compose.Download{}
	for _, d := range list {
		g := group{d.Go.Module.Name + string(d.Go.Module.Digest), d.Go.Platform}
		if groups[g] == nil {
			order = append(order, g)
		}
		groups[g] = append(groups[g], d)
	}
	var pins []lock.Download
	for _, g := range order {
		more, err := r.compile(ctx, groups[g])
		if err != nil {
			return nil, err
		}
		for _, pin := range more {
			meter.Item(pin.Source, "done", "")
		}
		pins = append(pins, more...)
	}
	return pins, nil
}

// compile compiles programs of one module for one platform, as far as the store
// does not have them, and pins them.
func (r *locker) compile(ctx context.Context, list []compose.Download) ([]lock.Download, error) {
	builder := &gobuild.Builder{Log: r.opts.Log}
	if r.opts.Remote.Offline { // what the module cache has will do
		builder.Env = append(os.Environ(), "GOPROXY=off")
	}
	program := list[0].Go
	tools, err := builder.Tools(ctx, program.Module, program.Platform)
	if err != nil {
		return nil, err
	}
	pins := make([]lock.Download, len(list))
	var lacking []int
	for i, d := range list {
		pins[i].Source = d.Source
		key, err := made(d.Go, tools)
		if err != nil {
			return nil, err
		}
		var ok bool
		if pins[i].Digest, pins[i].Size, ok = r.store.Made(key); !ok {
			lacking = append(lacking, i)
		}
	}
	if err := r.build(ctx, builder, list, lacking, pins, tools); err != nil {
		return nil, err
	}
	for i, d := range list {
		want, err := r.want(d)
		if err != nil {
			return nil, err
		}
		if want != "" && pins[i].Digest != want {
			return nil, fmt.Errorf("%s was compiled as %s, and the lock has %s: it was made with other tools than %v; write a new lock with --update",
				d.Source, pins[i].Digest, want, tools)
		}
	}
	return pins, nil
}

// build compiles those of list that are lacking, stores and pins them.
func (r *locker) build(ctx context.Context, b *gobuild.Builder, list []compose.Download, lacking []int, pins []lock.Download, tools []string) error {
	if len(lacking) == 0 {
		return nil
	}
	dir, err := os.MkdirTemp(filepath.Clean(os.TempDir()), "opc-image-build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	slices.SortFunc(lacking, func(i, j int) int { return cmp.Compare(list[i].Go.Package, list[j].Go.Package) })
	var packages []string
	for _, i := range lacking {
		packages = append(packages, list[i].Go.Package)
	}
	module := list[0].Go.Module
	if module.Sysroot, err = r.sysroot(ctx, list[0].Go.Libraries, dir); err != nil {
		return err
	}
	files, err := b.Build(ctx, module, list[0].Go.Platform, packages, dir)
	if err != nil {
		return err
	}
	for n, i := range lacking {
		if pins[i].Digest, pins[i].Size, err = r.store.PutFile(ctx, files[n]); err != nil {
			return err
		}
		key, err := made(list[i].Go, tools)
		if err != nil {
			return err
		}
		if err := r.store.Remember(key, pins[i].Digest, pins[i].Size); err != nil {
			return err
		}
	}
	return nil
}

// made identifies the result of compiling a program with tools.
func made(p *compose.Program, tools []string) (digest.Digest, error) {
	data, err := json.Marshal(struct {
		*compose.Program
		Tools []string
	}{p, tools})
	return digest.FromBytes(data), err
}

// goVersion is the version of Go that programs of a plan are compiled with; empty
// when there are none, or when there is no Go.
func goVersion(ctx context.Context, plan *compose.Plan) string {
	if !slices.ContainsFunc(plan.Downloads, func(d compose.Download) bool { return d.Go != nil }) {
		return ""
	}
	version, err := new(gobuild.Builder).Version(ctx)
	if err != nil {
		return ""
	}
	return version
}
