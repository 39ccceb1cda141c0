package vip

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/moby/ipvs"
	"golang.org/x/sys/unix"
)

// IPVS balances with ip_vs, round robin and with translated addresses, as
// seautil and lvscare do. The kernel has to have the module.
type IPVS struct{}

var _ Balancer = IPVS{}

func virtual(address netip.AddrPort) *ipvs.Service {
	s := &ipvs.Service{
		Address: address.Addr().AsSlice(), Port: address.Port(), Protocol: unix.IPPROTO_TCP,
		SchedName: ipvs.RoundRobin, AddressFamily: unix.AF_INET, Netmask: 0xffffffff,
	}
	if !address.Addr().Is4() {
		s.AddressFamily, s.Netmask = unix.AF_INET6, 128
	}
	return s
}

// with opens ip_vs for one action.
func with(do func(*ipvs.Handle) error) error {
	h, err := ipvs.New("")
	if err != nil {
		return fmt.Errorf("ip_vs: %w (does the kernel have the module ip_vs?)", err)
	}
	defer h.Close()
	return do(h)
}

// Set adds the backends that are missing before it takes away those that are
// too many, so that there is always one.
func (IPVS) Set(address netip.AddrPort, backends []netip.AddrPort) error {
	return with(func(h *ipvs.Handle) error {
		s := virtual(address)
		if !h.IsServicePresent(s) {
			if err := h.NewService(s); err != nil {
				return fmt.Errorf("ip_vs: add %s: %w", address, err)
			}
		}
		have, err := h.GetDestinations(s)
		if err != nil {
			return fmt.Errorf("ip_vs: list the backends of %s: %w", address, err)
		}
		var there []netip.AddrPort
		for _, d := range have {
			if a, ok := netip.AddrFromSlice(d.Address); ok {
				there = append(there, netip.AddrPortFrom(a.Unmap(), d.Port))
			}
		}
		for _, b := range backends {
			if !slices.Contains(there, b) {
				err = errors.Join(err, h.NewDestination(s, destination(b)))
			}
		}
		for _, b := range there {
			if !slices.Contains(backends, b) {
				err = errors.Join(err, h.DelDestination(s, destination(b)))
			}
		}
		if err != nil {
			return fmt.Errorf("ip_vs: change the backends of %s: %w", address, err)
		}
		return nil
	})
}

func destination(b netip.AddrPort) *ipvs.Destination {
	d := &ipvs.Destination{
		Address: b.Addr().AsSlice(), Port: b.Port(), Weight: 1,
		ConnectionFlags: ipvs.ConnectionFlagMasq, AddressFamily: unix.AF_INET,
	}
	if !b.Addr().Is4() {
		d.AddressFamily = unix.AF_INET6
	}
	return d
}

// Has tells whether ip_vs knows the address.
func (IPVS) Has(address netip.AddrPort) (has bool, err error) {
	err = with(func(h *ipvs.Handle) error {
		has = h.IsServicePresent(virtual(address))
		return nil
	})
	return has, err
}

// Delete removes the address from ip_vs.
func (IPVS) Delete(address netip.AddrPort) error {
	return with(func(h *ipvs.Handle) error {
		s := virtual(address)
		if !h.IsServicePresent(s) {
			return nil
		}
		if err := h.DelService(s); err != nil {
			return fmt.Errorf("ip_vs: delete %s: %w", address, err)
		}
		return nil
	})
}
