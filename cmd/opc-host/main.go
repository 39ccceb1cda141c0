//go:build linux

// Command opc-host looks at a host and at its cluster and changes neither:
//
//	opc-host preflight --role master|node   can the host become part of a cluster?
//	opc-host health [--wait 5m]             is the cluster well? (on a master)
//	opc-host ask URL                        does a server answer?
//	opc-host clock URL                      is this host's clock right by that server's?
//	opc-host lend FILE                      hand a file over to other masters, until it is ended
//	opc-host borrow ADDRESS                 print the file that a master lends
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/opc-source/opc-image/pkg/preflight"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	h := host{
		out: os.Stdout, getenv: os.Getenv, now: time.Now, kubectl: kubectl,
		gather:  func() (*preflight.Facts, error) { return preflight.Gather("/") },
		masters: lender{pki: "/etc/kubernetes/pki/etcd", port: lendPort},
	}
	err := h.run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "opc-host:", err)
		os.Exit(1)
	}
}

// host is what the commands work on.
type host struct {
	out     io.Writer
	getenv  func(string) string
	now     func() time.Time
	gather  func() (*preflight.Facts, error)
	kubectl func(ctx context.Context, args ...string) ([]byte, error)
	masters lender
}

const usage = "usage: opc-host preflight|health|ask|clock|lend|borrow …"

func (h *host) run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	switch verb, rest := args[0], args[1:]; {
	case verb == "preflight":
		return h.preflight(rest)
	case verb == "health":
		return h.health(ctx, rest)
	case verb == "ask" && len(rest) == 1:
		_, err := ask(ctx, rest[0])
		return err
	case verb == "clock" && len(rest) == 1:
		return h.clock(ctx, rest[0])
	case verb == "lend" && len(rest) == 1:
		return h.masters.lend(ctx, rest[0], nil)
	case verb == "borrow" && len(rest) == 1:
		return h.masters.borrow(ctx, rest[0], h.out)
	}
	return errors.New(usage)
}

// kubectl asks the cluster of this master.
func kubectl(ctx context.Context, args ...string) ([]byte, error) {
	c := exec.CommandContext(ctx, "kubectl", append([]string{"--kubeconfig=/etc/kubernetes/admin.conf", "--request-timeout=10s"}, args...)...)
	out, err := c.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("kubectl %v: %w: %s", args, err, exit.Stderr)
	}
	return out, err
}
