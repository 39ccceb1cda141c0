//go:build linux

// Command opc-vip keeps the virtual addresses of the API server and of the
// registry on workers, and makes certificates for masters. It takes the place
// of two programs that sealer expects, and answers to their names and words:
//
//	seautil ipvs --vs VIP:PORT --rs IP:PORT… --run-once    set and save a virtual address
//	seautil route check|add|del --host IP [--gateway IP]
//	seautil cert gen|update …
//	lvscare care --vs VIP:PORT --rs IP:PORT…                take care in a static pod
//
// and, in its own right:
//
//	opc-vip serve      take care of all that is saved, from boot on
//	opc-vip remove     take all that is saved out of the kernel, and kube-proxy's rules
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/opc-source/opc-image/pkg/vip"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	h := host{dir: vip.Dir, out: os.Stdout, errs: os.Stderr, kernel: vip.Kernel{}, purge: vip.NFT{}.Purge}
	err := h.run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "opc-vip:", err)
		os.Exit(1)
	}
}

// routes is what the kernel's routes are asked and told.
type routes interface {
	vip.Router
	router
}

// host is what the commands work on.
type host struct {
	dir       string
	out, errs io.Writer
	kernel    routes
	balancer  vip.Balancer // nil: the one chosen for the host
	purge     func() error // removes all rules
}

const usage = "usage: opc-vip ipvs|care|serve|remove|route|cert …"

func (h *host) run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	switch verb, rest := args[0], args[1:]; verb {
	case "ipvs":
		return h.ipvs(ctx, rest)
	case "care":
		return h.care(ctx, rest)
	case "serve":
		return h.serve(ctx)
	case "remove":
		return h.remove()
	case "route":
		return h.route(rest)
	case "cert":
		return cert(rest)
	default:
		return fmt.Errorf("%q is not a command; %s", verb, usage)
	}
}

// modeFile in the directory of saved services says which balancer the host
// uses: "nftables" (the default) or "ipvs".
const modeFile = "mode"

func (h *host) chosen() (vip.Balancer, error) {
	if h.balancer != nil {
		return h.balancer, nil
	}
	text, err := os.ReadFile(h.dir + "/" + modeFile)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	switch mode := strings.TrimSpace(string(text)); mode {
	case "", "nftables":
		return vip.NFT{}, nil
	case "ipvs":
		return vip.IPVS{}, nil
	default:
		return nil, fmt.Errorf("%s/%s: %q is not nftables or ipvs", h.dir, modeFile, mode)
	}
}
