//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/opc-source/opc-image/pkg/vip"
)

// list is a flag that can be given again and can hold several values.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(text string) error {
	*l = append(*l, strings.Split(text, ",")...)
	return nil
}

// balance holds the flags of "seautil ipvs" and "lvscare care".
type balance struct {
	service  *vip.Service
	once     bool
	interval time.Duration
}

func parseBalance(name string, args []string) (*balance, error) {
	var b balance
	var address, scheme, path string
	var backends list
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.StringVar(&address, "vs", "", "virtual `address` and port")
	flags.Var(&backends, "rs", "`address` and port behind it; may be repeated")
	flags.StringVar(&path, "health-path", "/healthz", "what backends are asked for")
	flags.StringVar(&scheme, "health-schem", "https", "http or https")
	seconds := flags.Int("interval", 5, "seconds between two rounds of questions")
	flags.BoolVar(&b.once, "run-once", false, "set it, save it and end")
	// Both are old flags: what is set is always replaced, and nothing is logged.
	for _, old := range []string{"clean", "c"} {
		flags.Bool(old, true, "has no effect")
	}
	flags.String("logger", "", "has no effect")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("%s: unexpected %q", name, flags.Arg(0))
	}
	b.interval = time.Duration(max(*seconds, 1)) * time.Second
	var err error
	if b.service, err = vip.Parse(address, backends, scheme, path); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &b, nil
}

// ipvs sets a virtual address on this host. With --run-once, which is how
// sealer calls it, the address is saved for "serve" too.
func (h *host) ipvs(ctx context.Context, args []string) error {
	b, err := parseBalance("ipvs", args)
	if err != nil {
		return err
	}
	if !b.once {
		return h.takeCare(ctx, b)
	}
	balancer, err := h.chosen()
	if err != nil {
		return err
	}
	if err := vip.Save(h.dir, b.service); err != nil {
		return err
	}
	// No way to the masters is not the end here: it may come up later.
	if err := h.kernel.Ensure(b.service.Address.Addr(), b.service.Backends[0].Addr()); err != nil {
		h.report(err.Error())
	}
	return balancer.Set(b.service.Address, b.service.Backends)
}

// care is what the static pods run that sealer adds.
func (h *host) care(ctx context.Context, args []string) error {
	b, err := parseBalance("care", args)
	if err != nil {
		return err
	}
	return h.takeCare(ctx, b)
}

func (h *host) takeCare(ctx context.Context, b *balance) error {
	balancer, err := h.chosen()
	if err != nil {
		return err
	}
	now := time.Now()
	c := vip.Carer{
		Balancer: balancer, Router: h.kernel, Report: h.report, Interval: b.interval, Standby: vip.Announced,
		Services: func() ([]vip.Saved, error) { return []vip.Saved{{Service: *b.service, Time: now}}, nil },
	}
	return c.Run(ctx)
}

// serve takes care of all saved services.
func (h *host) serve(ctx context.Context) error {
	balancer, err := h.chosen()
	if err != nil {
		return err
	}
	if err := vip.Announce(ctx); err != nil {
		return err
	}
	c := vip.Carer{
		Balancer: balancer, Router: h.kernel, Report: h.report, Ready: notify,
		Services: func() ([]vip.Saved, error) { return vip.Load(h.dir) },
	}
	return c.Run(ctx)
}

// remove takes all saved services out of the kernel and forgets them. A kernel
// with nftables then has no table of ours or of kube-proxy, which nothing else
// removes on a host without the program nft.
func (h *host) remove() error {
	balancer, err := h.chosen()
	if err != nil {
		return err
	}
	services, err := vip.Load(h.dir)
	if err != nil {
		return err
	}
	for _, s := range services {
		err = errors.Join(err, balancer.Delete(s.Address), h.kernel.Delete(s.Address.Addr()), vip.Forget(h.dir, s.Address))
	}
	return errors.Join(err, h.purge())
}

func (h *host) report(line string) { fmt.Fprintln(h.errs, line) }

// notify tells systemd that the service is ready (sd_notify(3)).
func notify() {
	name := os.Getenv("NOTIFY_SOCKET")
	if name == "" {
		return
	}
	c, err := net.Dial("unixgram", name)
	if err != nil {
		return
	}
	defer c.Close()
	_, _ = c.Write([]byte("READY=1"))
}
