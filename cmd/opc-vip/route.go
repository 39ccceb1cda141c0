//go:build linux

package main

import (
	"errors"
	"flag"
	"fmt"
	"net/netip"
)

// router is what "route" needs of the kernel.
type router interface {
	OnDefault(address netip.Addr) (bool, error)
	Add(host, gateway netip.Addr) error
	Delete(host netip.Addr) error
}

// route does what "seautil route" does. sealer checks whether a host's address
// is on its default route; if not, it adds a route to the virtual address with
// the host's own address as the gateway.
func (h *host) route(args []string) error {
	if len(args) == 0 {
		return errors.New("usage: route check|add|del --host IP [--gateway IP]")
	}
	verb := args[0]
	flags := flag.NewFlagSet("route "+verb, flag.ContinueOnError)
	to := flags.String("host", "", "`address` of a host")
	by := flags.String("gateway", "", "`address` of the gateway")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	address, err := netip.ParseAddr(*to)
	if err != nil {
		return fmt.Errorf("route %s: --host %q is not an IP address", verb, *to)
	}
	if verb == "check" {
		ok, err := h.kernel.OnDefault(address)
		if err != nil {
			return err
		}
		if ok {
			// sealer compares this word, without a line end.
			_, err = fmt.Fprint(h.out, "ok")
		} else {
			_, err = fmt.Fprint(h.errs, "failed")
		}
		return err
	}
	gateway, err := netip.ParseAddr(*by)
	if err != nil {
		return fmt.Errorf("route %s: --gateway %q is not an IP address", verb, *by)
	}
	switch {
	case gateway.Is4() != address.Is4():
		return fmt.Errorf("route %s: %s and %s are of different families", verb, address, gateway)
	case verb == "add":
		return h.kernel.Add(address, gateway)
	case verb == "del":
		return h.kernel.Delete(address)
	}
	return fmt.Errorf("route: %q is not check, add or del", verb)
}
