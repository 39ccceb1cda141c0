package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
)

// The corpus for growth: more images, smaller ones, as many bytes in all.
const (
	mostImages  = 300
	growthScale = float64(images) / mostImages
)

// growthSteps are the numbers of images that cost is measured for.
var growthSteps = []int{30, 60, 120, 180, 240, 300}

// point is the cost of one number of images.
type point struct {
	images      int
	build, push cost // medians
}

// grow measures how cost grows with the number of images.
func (b *bench) grow(ctx context.Context) error {
	main := b.corpus
	defer func() { b.corpus = main }()
	stop, err := b.serve(ctx, "growth", mostImages, b.scale*growthScale)
	if err != nil {
		return err
	}
	defer stop()
	builds, pushes := map[int][]cost{}, map[int][]cost{}
	for n := range b.repeat {
		say("growth, repetition %d of %d", n+1, b.repeat)
		for _, step := range growthSteps {
			if err := b.step(ctx, n, step, builds, pushes); err != nil {
				return err
			}
		}
	}
	for _, step := range growthSteps {
		b.results.growth = append(b.results.growth, point{step, median(builds[step]), median(pushes[step])})
	}
	return nil
}

// step builds and pushes so many images.
func (b *bench) step(ctx context.Context, n, step int, builds, pushes map[int][]cost) error {
	o, err := b.opc("grow", b.corpus.Images[:step])
	if err != nil {
		return err
	}
	settle()
	build, err := measure(ctx, o.build())
	if err != nil {
		return err
	}
	to := b.emptyAt(us, n) + fmt.Sprintf("/images-%d:v1", step)
	push, err := measure(ctx, o.command("push", "bench:v1", to))
	say("  %3d images: build %5.2f s CPU %5.2f s wall %d MB, push %5.2f s CPU %5.2f s wall %d MB", step,
		build.CPU.Seconds(), build.Wall.Seconds(), build.RSS>>20, push.CPU.Seconds(), push.Wall.Seconds(), push.RSS>>20)
	builds[step], pushes[step] = append(builds[step], build), append(pushes[step], push)
	return errors.Join(err, b.discard(filepath.Dir(o.store)))
}
