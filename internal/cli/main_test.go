package cli_test

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/opc-source/opc-image/internal/cli"
	"github.com/opc-source/opc-image/pkg/runner"
)

// TestMain makes the test binary the program, too.
func TestMain(m *testing.M) {
	if code, ok := runner.Init(); ok {
		os.Exit(code)
	}
	testscript.Main(m, map[string]func(){"opc-image": program})
}

// program is what main is in the real program.
func program() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
