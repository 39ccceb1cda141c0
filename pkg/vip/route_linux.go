package vip

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Kernel routes with the kernel's own table.
type Kernel struct{}

var _ Router = Kernel{}

// routeProtocol marks our routes ("ip route show proto 99"), so that they can
// be told from others and removed.
const routeProtocol = 99

// metric is that of sealer's routes.
const metric = 50

// Ensure adds a route to address by the interface towards backend. Without any
// route, as on a host that has no default route, a connection fails before it
// is translated; with one by another interface it starts from a wrong address.
func (Kernel) Ensure(address, backend netip.Addr) error {
	to, err := netlink.RouteGet(backend.AsSlice())
	if err != nil || len(to) == 0 {
		return fmt.Errorf("no way to %s: %w", backend, err)
	}
	if loopback(to[0].LinkIndex) {
		return nil // The backend is this host.
	}
	now, err := netlink.RouteGet(address.AsSlice())
	if err == nil && len(now) > 0 && now[0].LinkIndex == to[0].LinkIndex && now[0].Src.Equal(to[0].Src) {
		return nil
	}
	return replace(address, to[0].LinkIndex, to[0].Src, nil)
}

// Add adds a route to host by a gateway. sealer names the host's own address as
// the gateway of the virtual address, to say where connections start; that is
// made a route by the interface with this address.
func (Kernel) Add(host, gateway netip.Addr) error {
	link, err := linkOf(gateway)
	if err != nil {
		return err
	}
	if link != 0 {
		return replace(host, link, gateway.AsSlice(), nil)
	}
	return replace(host, 0, nil, gateway.AsSlice())
}

// Delete removes our routes to host; that there are none is no error.
func (Kernel) Delete(host netip.Addr) error {
	routes, err := netlink.RouteListFiltered(family(host),
		&netlink.Route{Dst: single(host), Protocol: routeProtocol}, netlink.RT_FILTER_DST|netlink.RT_FILTER_PROTOCOL)
	if err != nil {
		return fmt.Errorf("list the routes to %s: %w", host, err)
	}
	for _, r := range routes {
		if delErr := netlink.RouteDel(&r); !errors.Is(delErr, unix.ESRCH) {
			err = errors.Join(err, delErr)
		}
	}
	return err
}

func family(a netip.Addr) int {
	if a.Is4() {
		return netlink.FAMILY_V4
	}
	return netlink.FAMILY_V6
}

// OnDefault tells whether the interface with an address has a default route;
// false without an error when no interface has one.
func (Kernel) OnDefault(address netip.Addr) (bool, error) {
	link, err := linkOf(address)
	if err != nil || link == 0 {
		return false, err
	}
	routes, err := netlink.RouteListFiltered(family(address), &netlink.Route{Dst: nil}, netlink.RT_FILTER_DST)
	if err != nil {
		return false, fmt.Errorf("list the default routes: %w", err)
	}
	best, at := 0, 0
	for _, r := range routes {
		if at == 0 || r.Priority < best {
			best, at = r.Priority, r.LinkIndex
		}
	}
	return at == link, nil
}

func replace(host netip.Addr, link int, src, gateway net.IP) error {
	r := &netlink.Route{Dst: single(host), LinkIndex: link, Src: src, Gw: gateway, Priority: metric, Protocol: routeProtocol}
	if gateway == nil {
		r.Scope = netlink.SCOPE_LINK
	}
	if err := netlink.RouteReplace(r); err != nil {
		return fmt.Errorf("route to %s: %w", host, err)
	}
	return nil
}

func single(host netip.Addr) *net.IPNet {
	return &net.IPNet{IP: host.AsSlice(), Mask: net.CIDRMask(host.BitLen(), host.BitLen())}
}

// linkOf finds the interface that has an address, 0 when none has.
func linkOf(address netip.Addr) (int, error) {
	addrs, err := netlink.AddrList(nil, netlink.FAMILY_ALL)
	if err != nil {
		return 0, fmt.Errorf("list the addresses of this host: %w", err)
	}
	for _, a := range addrs {
		if a.IP.Equal(address.AsSlice()) {
			return a.LinkIndex, nil
		}
	}
	return 0, nil
}

func loopback(index int) bool {
	i, err := net.InterfaceByIndex(index)
	return err == nil && i.Flags&net.FlagLoopback != 0
}
