package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

const (
	mib = 1 << 20
	gb  = 1e9
)

// report writes the tables and the plot.
func (b *bench) report() error {
	if err := os.MkdirAll(b.out, 0o777); err != nil {
		return err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%d images, %d blobs, %.2f GB unique; %d repetitions; %d cores; %s.\n\n",
		images, b.corpus.Blobs, float64(b.corpus.Bytes)/gb, b.repeat, runtime.NumCPU(), runtime.Version())
	if b.scale != 1 {
		fmt.Fprintf(&text, "Layers are %g of their size: these are not the numbers that the targets are for.\n\n", b.scale)
	}
	writeTargets(&text, b.results.targets())
	text.WriteString("\n")
	b.results.writeCosts(&text, b.tools)
	if len(b.results.growth) > 0 {
		plot := filepath.Join(b.out, "cost.svg")
		if err := os.WriteFile(plot, []byte(costPlot(b.results.growth)), 0o666); err != nil {
			return err
		}
		text.WriteString("\n")
		b.results.writeGrowth(&text)
	}
	if err := os.WriteFile(filepath.Join(b.out, "results.md"), []byte(text.String()), 0o666); err != nil {
		return err
	}
	_, err := fmt.Print(text.String())
	return err
}

// target is a quantity with what it may be.
type target struct {
	what  string
	got   float64
	limit float64
	unit  string
}

func (t target) String() string {
	met := "yes"
	if t.got > t.limit {
		met = "**no**"
	}
	return fmt.Sprintf("| %s | %.2f%s | ≤ %g%s | %s |", t.what, t.got, t.unit, t.limit, t.unit, met)
}

// targets compares what was measured with what we promise for a corpus at scale
// 1.
func (r *results) targets() []target {
	seconds := func(d time.Duration) float64 { return d.Seconds() }
	cpu := func(c cost) time.Duration { return c.CPU }
	wall := func(c cost) time.Duration { return c.Wall }
	list := []target{
		{"cold build, CPU: by yardstick + one SHA-256", r.ratio(cpu, "yardstick", "SHA-256"), 1.25, ""},
		{"cold build, wall: by yardstick", r.ratio(wall, "yardstick"), 1.3, ""},
		{"build again, with the lock", seconds(r.median(us, again).Wall), 0.1, " s"},
		{"build again, without", seconds(r.median(us, againUnlocked).Wall), 0.2, " s"},
		{"build, one image changed", seconds(r.median(us, oneChanged).Wall), 0.3, " s"},
		{"push to an empty registry, CPU", seconds(r.median(us, pushEmpty).CPU), 1.5, " s"},
		{"push again", seconds(r.median(us, pushAgain).Wall), 0.3, " s"},
		{"memory of a cold build", float64(r.median(us, cold).RSS) / mib, 64, " MiB"},
		{"memory of a push", float64(r.median(us, pushEmpty).RSS) / mib, 64, " MiB"},
		{"disk, by unique bytes", middle(r.disk, func(q float64) float64 { return q }), 1.05, ""},
	}
	if n := len(r.growth); n > 0 {
		few, many := r.growth[0], r.growth[n-1]
		list = append(list,
			target{fmt.Sprintf("%d images by %d: CPU", many.images, few.images), many.build.CPU.Seconds() / few.build.CPU.Seconds(), 11, ""},
			target{fmt.Sprintf("%d images by %d: wall", many.images, few.images), many.build.Wall.Seconds() / few.build.Wall.Seconds(), 11, ""},
			target{fmt.Sprintf("memory of a cold build of %d images", many.images), float64(many.build.RSS) / mib, 64, " MiB"},
			target{fmt.Sprintf("memory of a push of %d images", many.images), float64(many.push.RSS) / mib, 64, " MiB"},
		)
	}
	return list
}

func writeTargets(w io.Writer, list []target) {
	fmt.Fprint(w, "| what | measured | target | met |\n|---|---|---|---|\n")
	for _, t := range list {
		fmt.Fprintln(w, t)
	}
}

// writeCosts compares all programs. Cells are CPU and wall seconds.
func (r *results) writeCosts(w io.Writer, tools []tool) {
	who := []string{"yardstick", us}
	for _, t := range tools {
		who = append(who, t.name)
	}
	fmt.Fprintf(w, "| CPU / wall, seconds | %s |\n|---%s|\n", strings.Join(who, " | "), strings.Repeat("|---", len(who)))
	for _, what := range works {
		fmt.Fprintf(w, "| %s |", what)
		for _, name := range who {
			if len(r.costs[name][what]) == 0 {
				fmt.Fprint(w, " – |")
				continue
			}
			c := r.median(name, what)
			fmt.Fprintf(w, " %.2f / %.2f |", c.CPU.Seconds(), c.Wall.Seconds())
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "| peak memory, MiB |")
	for _, name := range who {
		var most int64
		for _, what := range works {
			most = max(most, r.median(name, what).RSS)
		}
		fmt.Fprintf(w, " %d |", most/mib)
	}
	fmt.Fprintln(w)
}

func (r *results) writeGrowth(w io.Writer) {
	fmt.Fprint(w, "| images | build CPU, s | build wall, s | build memory, MiB | push CPU, s | push wall, s | push memory, MiB |\n|---|---|---|---|---|---|---|\n")
	for _, p := range r.growth {
		fmt.Fprintf(w, "| %d | %.2f | %.2f | %d | %.2f | %.2f | %d |\n", p.images,
			p.build.CPU.Seconds(), p.build.Wall.Seconds(), p.build.RSS/mib,
			p.push.CPU.Seconds(), p.push.Wall.Seconds(), p.push.RSS/mib)
	}
}
