package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// us is the program this bench is for.
const us = "opc-image"

// opc makes commands of opc-image for one store.
type opc struct {
	program, store, config string
	in                     input
}

func (o opc) command(args ...string) command {
	return command{args: append([]string{o.program, "--store", o.store, "--config", o.config, "--progress", "none"}, args...)}
}

func (o opc) build() command { return o.command("build", o.in.dir, "-t", "bench:v1") }

func (o opc) lock() string { return filepath.Join(o.in.dir, "opc.lock") }

// opc makes a fresh store and build context for images.
func (b *bench) opc(name string, images []corpusImage) (opc, error) {
	in, err := writeInput(filepath.Join(b.dir, name, "platform"), images)
	return opc{b.program, filepath.Join(b.dir, name, "store"), filepath.Join(b.dir, "config.yaml"), in}, err
}

// opcImage measures opc-image once. What the registry was asked for is checked:
// a build that is fast because it fetched something else does not count.
func (b *bench) opcImage(ctx context.Context, n int) error {
	o, err := b.opc("opc", b.corpus.Images)
	if err != nil {
		return err
	}
	disk, err := watchDisk(o.store, func() error {
		return b.fetching(ctx, b.corpus.Bytes, func() error { return b.record(ctx, us, cold, o.build()) })
	})
	if err != nil {
		return err
	}
	b.results.disk = append(b.results.disk, float64(disk)/float64(b.corpus.Bytes))
	push := o.command("push", "bench:v1", b.emptyAt(us, n)+"/bench:v1")
	err = errors.Join(
		b.record(ctx, us, start, o.command("version")),
		b.record(ctx, us, pushEmpty, push),
		b.record(ctx, us, pushAgain, push),
		b.fetching(ctx, 0, func() error { return b.record(ctx, us, again, o.build()) }),
		os.Remove(o.lock()),
		b.fetching(ctx, 0, func() error { return b.record(ctx, us, againUnlocked, o.build()) }),
		o.in.change(b.corpus.Images[0], b.corpus.Changed),
		b.fetching(ctx, b.corpus.ChangedBytes, func() error { return b.record(ctx, us, oneChanged, o.build()) }),
		b.discard(filepath.Dir(o.store)),
	)
	return err
}

// fetching fails unless do makes the registry serve just so many bytes.
func (b *bench) fetching(ctx context.Context, want int64, do func() error) error {
	before, err := b.servers.served(ctx)
	if err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	after, err := b.servers.served(ctx)
	if got := after.Bytes - before.Bytes; err == nil && got != want {
		return fmt.Errorf("the registry served %d bytes, %d are new", got, want)
	}
	return err
}
