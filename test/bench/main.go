package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// roles are what this program does in processes of its own.
var roles = map[string]func(ctx context.Context, args []string) error{
	"corpus":    corpusMain,
	"serve":     serveMain,
	"yardstick": yardstickMain,
	"hash":      hashMain,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		if role := roles[args[0]]; role != nil {
			return role(ctx, args[1:])
		}
	}
	var b bench
	var tools string
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&b.program, "program", "bin/opc-image", "the opc-image to measure")
	flags.StringVar(&b.dir, "dir", "", "where to work; three times the corpus is needed (default: a temporary directory)")
	flags.StringVar(&b.out, "out", "dist/bench", "where to write the table and the plot")
	flags.Float64Var(&b.scale, "scale", 1, "size of the layers, of about 3 GB in all")
	flags.IntVar(&b.repeat, "repeat", 3, "how often everything is measured")
	flags.StringVar(&tools, "tools", strings.Join(toolNames(), ","), "tools to compare with, those that are in PATH")
	flags.BoolVar(&b.growth, "growth", true, "also measure how cost grows with the number of images")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b.tools = findTools(strings.Split(tools, ","))
	return b.run(ctx)
}
