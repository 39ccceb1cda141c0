package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/opc-source/opc-image/test/e2e/sealer"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		stop()
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	base, to, pod, cache, mirror string
	stories                      []string
	keep, verbose                bool
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "host" {
		return hostCommand(ctx, args[1:])
	}
	if len(args) > 0 && args[0] == "full" {
		return fullCommand(ctx, args[1:])
	}
	var o options
	flags := flag.NewFlagSet("e2e", flag.ContinueOnError)
	flags.StringVar(&o.base, "image", "", "the base, an OCI `archive`")
	flags.StringVar(&o.to, "to", "", "the base that the story \"upgrade\" upgrades to, an OCI `archive`")
	flags.StringVar(&o.pod, "pod", besides("-pod"), "the `program` of the tests' pods (./test/e2e/pod, built static)")
	flags.StringVar(&o.cache, "cache", cacheDir(), "`directory` for what is kept between runs")
	flags.StringVar(&o.mirror, "mirror", "", "Debian mirror that hosts are made from, once (default: debootstrap's)")
	flags.BoolVar(&o.keep, "keep", false, "leave the hosts of the last story up; \"e2e host -site stories\" finds them")
	flags.BoolVar(&o.verbose, "v", false, "show what hosts say")
	list := flags.Bool("list", false, "list the stories")
	chosen := flags.String("story", "", "`names` of stories to run, with commas; \"all\" (upgrades with -to only); default: the first ones")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *list {
		for _, s := range stories {
			fmt.Printf("%-16s %s\n", s.name, s.title)
		}
		return nil
	}
	if o.base == "" {
		return errors.New("-image is missing: the base as an OCI archive (\"make base\", then \"opc-image save … -o base.tar\")")
	}
	if *chosen != "" {
		o.stories = strings.Split(*chosen, ",")
	}
	return tellAll(ctx, o)
}

// tellAll runs the chosen stories, each with hosts of its own.
func tellAll(ctx context.Context, o options) error {
	chosen := choose(o.stories, o.to != "")
	if len(chosen) == 0 {
		return fmt.Errorf("there is no story %s: see -list", strings.Join(o.stories, ","))
	}
	unlock, err := lock(o.cache)
	if err != nil {
		return err
	}
	defer unlock()
	if err := os.RemoveAll(filepath.Join(o.cache, "work")); err != nil { // Of a run that was killed.
		return err
	}
	start := time.Now()
	image, err := buildImage(ctx, o.cache, o.base, o.pod)
	if err != nil {
		return err
	}
	var next *sealer.Image
	if o.to != "" {
		if next, err = buildImage(ctx, o.cache, o.to, o.pod, image.Dir); err != nil {
			return err
		}
	}
	fmt.Printf("the image for the tests is built and unpacked: %.1f s\n", time.Since(start).Seconds())
	for i, s := range chosen {
		fmt.Printf("\n%s: %s\n", s.name, s.title)
		set, err := newStage(ctx, o.cache, o.mirror)
		if err != nil {
			return err
		}
		set.image, set.next = image, next
		if o.verbose {
			set.out = os.Stdout
		}
		err = tell(ctx, s, set, o.keep && i == len(chosen)-1)
		if err != nil {
			return fmt.Errorf("story %s: %w", s.name, err)
		}
	}
	return nil
}

// tell runs one story from empty hosts on and takes them away in the end.
func tell(ctx context.Context, s story, set *stage, keep bool) (err error) {
	// What a run has left that was killed.
	for _, h := range set.site.Hosts() {
		if err := set.site.Remove(h); err != nil {
			return err
		}
	}
	defer func() {
		if keep {
			fmt.Println("   the hosts are kept: e2e host -site stories ls")
			return
		}
		err = errors.Join(err, set.site.Close())
	}()
	return s.tell(ctx, set)
}

// lock makes sure that one run at a time uses the cache.
func lock(cache string) (func(), error) {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	f, err := os.Create(filepath.Join(cache, "lock"))
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("another run uses %s: wait for it, or give another -cache", cache)
	}
	return func() { f.Close() }, nil
}

// besides is the path of this program with something appended.
func besides(suffix string) string {
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	return self + suffix
}

// cacheDir is where templates, images and hosts are kept.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = "/var/cache"
	}
	return filepath.Join(dir, "opc-image", "e2e")
}
