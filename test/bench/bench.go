package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// images is how many there are in the corpus.
const images = 60

// bench is one run.
type bench struct {
	program string
	dir     string
	out     string
	scale   float64
	repeat  int
	tools   []tool
	growth  bool

	self    string
	corpus  *corpus
	servers *servers
	results results

	discarded int // directories that were put aside
}

func (b *bench) run(ctx context.Context) (err error) {
	if b.program, err = filepath.Abs(b.program); err != nil {
		return err
	}
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp(b.dir, "opc-image-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if err := b.main(ctx); err != nil {
		return err
	}
	if b.growth {
		if err := b.grow(ctx); err != nil {
			return err
		}
	}
	return b.report()
}

// main measures everything on the corpus, as often as asked for.
func (b *bench) main(ctx context.Context) error {
	stop, err := b.serve(ctx, "corpus", images, b.scale)
	if err != nil {
		return err
	}
	defer stop()
	for n := range b.repeat {
		say("repetition %d of %d", n+1, b.repeat)
		if err := b.round(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// serve generates a corpus and serves it until stop is called.
func (b *bench) serve(ctx context.Context, name string, n int, scale float64) (stop func(), err error) {
	dir, target := filepath.Join(b.dir, name), filepath.Join(b.dir, name+"-target")
	say("generating %d images", n)
	if _, err := measure(ctx, command{args: []string{b.self, "corpus", "-dir", dir, "-images", fmt.Sprint(n), "-scale", fmt.Sprint(scale)}}); err != nil {
		return nil, err
	}
	if b.corpus, err = openCorpus(dir); err != nil {
		return nil, err
	}
	if b.servers, err = startServers(ctx, b.self, dir, target); err != nil {
		return nil, err
	}
	config := filepath.Join(b.dir, "config.yaml")
	return func() {
		_ = b.servers.stop()
		_ = errors.Join(b.discard(dir), b.discard(target)) // removed in the end all the same
	}, os.WriteFile(config, []byte(mirrorConfig(b.servers.Corpus)), 0o666)
}

// round measures everything once.
func (b *bench) round(ctx context.Context, n int) error {
	names := make([]string, len(b.corpus.Images))
	for i, img := range b.corpus.Images {
		names[i] = img.name()
	}
	dir := filepath.Join(b.dir, "yardstick")
	pull := func() []command {
		return []command{{
			args:  []string{b.self, "yardstick", "-registry", b.servers.Corpus, "-dir", dir},
			stdin: strings.Join(names, "\n"),
		}}
	}
	hash := command{args: []string{b.self, "hash", "-bytes", fmt.Sprint(b.corpus.Bytes)}}
	if err := errors.Join(
		b.record(ctx, "SHA-256", cold, hash),
		b.record(ctx, "yardstick", cold, pull()...),
		b.record(ctx, "yardstick", again, pull()...),
	); err != nil {
		return err
	}
	names[0] = b.corpus.Changed.name()
	if err := errors.Join(b.record(ctx, "yardstick", oneChanged, pull()...), b.discard(dir)); err != nil {
		return err
	}
	if err := b.opcImage(ctx, n); err != nil {
		return err
	}
	for _, t := range b.tools {
		if err := b.tool(ctx, t, n); err != nil {
			return err
		}
	}
	return nil
}

// tool measures one of the others.
func (b *bench) tool(ctx context.Context, t tool, n int) error {
	dir := filepath.Join(b.dir, t.name)
	list := append([]corpusImage{}, b.corpus.Images...)
	err := errors.Join(
		b.record(ctx, t.name, cold, t.pull(b.servers.Corpus, dir, list)...),
		b.record(ctx, t.name, again, t.pull(b.servers.Corpus, dir, list)...),
	)
	if err != nil {
		return err
	}
	if t.push != nil {
		push := t.push(b.emptyAt(t.name, n), dir, list)
		err = errors.Join(b.record(ctx, t.name, pushEmpty, push...), b.record(ctx, t.name, pushAgain, push...))
	}
	list[0] = b.corpus.Changed
	return errors.Join(err, b.record(ctx, t.name, oneChanged, t.pull(b.servers.Corpus, dir, list)...), b.discard(dir))
}

// emptyAt is where nobody has pushed to yet: repositories that only one push of
// one program uses.
func (b *bench) emptyAt(who string, n int) string {
	return fmt.Sprintf("%s/%s-%d", b.servers.Target, who, n)
}

// record measures commands and keeps what they cost.
func (b *bench) record(ctx context.Context, who string, what work, commands ...command) error {
	settle()
	c, err := measure(ctx, commands...)
	if err != nil {
		return fmt.Errorf("%s, %s: %w", who, what, err)
	}
	say("  %-10s %-26s %6.2f s CPU %6.2f s wall %5d MB", who, what, c.CPU.Seconds(), c.Wall.Seconds(), c.RSS>>20)
	b.results.add(who, what, c)
	return nil
}

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
