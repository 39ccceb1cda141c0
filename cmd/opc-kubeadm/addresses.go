//go:build linux

package main

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

func (host) Source(to string) (netip.Addr, error) {
	// Connecting sends nothing: the kernel only looks for a route.
	c, err := net.Dial("udp", net.JoinHostPort(to, "9"))
	if err != nil {
		return netip.Addr{}, err
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap(), nil
}

func (host) Addresses(one netip.Addr) ([]netip.Addr, error) {
	links, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	for _, link := range links {
		addresses, err := link.Addrs()
		if err != nil {
			return nil, err
		}
		var list []netip.Addr
		for _, address := range addresses {
			if prefix, err := netip.ParsePrefix(address.String()); err == nil {
				list = append(list, prefix.Addr())
			}
		}
		if !slices.Contains(list, one) {
			continue
		}
		six, err := os.ReadFile("/proc/net/if_inet6")
		if err != nil && !os.IsNotExist(err) { // Not there: the kernel has no IPv6.
			return nil, err
		}
		list = slices.DeleteFunc(list, func(a netip.Addr) bool { return !a.Is4() })
		return append(list, lasting(string(six), link.Name)...), nil
	}
	return nil, fmt.Errorf("no interface of this host has it")
}

// Flags of an address (linux/if_addr.h).
const (
	temporary  = 0x01
	deprecated = 0x20
	tentative  = 0x40
	permanent  = 0x80
)

// lasting reads the global IPv6 addresses of an interface from
// /proc/net/if_inet6 (address, index, prefix, scope, flags, interface). Those
// that will go are left out, those that were set by hand come first.
func lasting(table, link string) []netip.Addr {
	var byHand, others []netip.Addr
	for line := range strings.Lines(table) {
		words := strings.Fields(line)
		if len(words) != 6 || words[5] != link || words[3] != "00" {
			continue
		}
		raw, err := hex.DecodeString(words[0])
		address, ok := netip.AddrFromSlice(raw)
		flags, wrong := strconv.ParseUint(words[4], 16, 32)
		switch {
		case err != nil || !ok || wrong != nil || flags&(temporary|deprecated|tentative) != 0:
		case flags&permanent != 0:
			byHand = append(byHand, address)
		default:
			others = append(others, address)
		}
	}
	slices.SortFunc(byHand, netip.Addr.Compare)
	slices.SortFunc(others, netip.Addr.Compare)
	return append(byHand, others...)
}
