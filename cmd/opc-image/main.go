// Command opc-image packs a whole company's cloud platform into one OCI image.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/opc-source/opc-image/internal/cli"
	"github.com/opc-source/opc-image/pkg/runner"
)

func main() {
	if code, ok := runner.Init(); ok {
		os.Exit(code)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := cli.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
