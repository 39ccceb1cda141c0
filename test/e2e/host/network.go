package host

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// bridge connects the hosts; gateway is its address, to which hosts send what
// is for elsewhere, and which forwards nothing.
const (
	bridge  = "hosts"
	gateway = "10.88.0.1"
)

// namespaces is where iproute2 and others keep named network namespaces.
const namespaces = "/run/netns/"

// openNetwork makes the network namespace of a site, or finds it.
func openNetwork(name string) error {
	if _, err := os.Stat(namespaces + name); err == nil {
		return nil
	}
	// A namespace belongs to a thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, err := netns.Get()
	if err != nil {
		return err
	}
	defer before.Close()
	handle, err := netns.NewNamed(name)
	if err != nil {
		return fmt.Errorf("make the network namespace %s: %w", name, err)
	}
	defer handle.Close()
	return errors.Join(bridgeUp(), netns.Set(before))
}

// bridgeUp makes the bridge in the namespace of the calling thread.
func bridgeUp() error {
	attributes := netlink.NewLinkAttrs()
	attributes.Name = bridge
	link := &netlink.Bridge{LinkAttrs: attributes}
	if err := netlink.LinkAdd(link); err != nil {
		return fmt.Errorf("make a bridge: %w", err)
	}
	address, err := netlink.ParseAddr(gateway + "/24")
	if err != nil {
		return err
	}
	if err := netlink.AddrAdd(link, address); err != nil {
		return err
	}
	return netlink.LinkSetUp(link)
}

// closeNetwork removes the namespace, and with it the bridge.
func closeNetwork(name string) error {
	err := netns.DeleteNamed(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// inNetwork runs a program in the site's network and on this machine's files.
func inNetwork(name, program string, args ...string) *exec.Cmd {
	return exec.Command("nsenter", append([]string{"--net=" + namespaces + name, "--", program}, args...)...)
}

// dropLink removes the end of a host's cable that is left in the site's network
// for a moment when the host's power was cut.
func dropLink(network, machine string) error {
	ns, err := netns.GetFromName(network)
	if err != nil {
		return err
	}
	defer ns.Close()
	handle, err := netlink.NewHandleAt(ns)
	if err != nil {
		return err
	}
	defer handle.Close()
	link, err := handle.LinkByName("vb-" + machine) // So nspawn calls it.
	var missing netlink.LinkNotFoundError
	if errors.As(err, &missing) {
		return nil
	}
	if err == nil {
		err = handle.LinkDel(link)
	}
	if errors.Is(err, syscall.ENODEV) {
		return nil // It has gone by itself meanwhile.
	}
	return err
}
