package vip

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// inside is set in the process that runs in a network namespace of its own.
const inside = "OPC_VIP_TEST_INSIDE"

// TestKernel runs TestInside in a network namespace of its own: with real rules
// and routes, which end with the process.
func TestKernel(t *testing.T) {
	t.Parallel()
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestInside$", "-test.v", "-test.timeout=60s")
	c.Env = append(os.Environ(), inside+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	out, err := c.CombinedOutput()
	switch {
	case err != nil && c.ProcessState == nil:
		t.Skipf("no namespaces here: %v", err)
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case !strings.Contains(string(out), "--- PASS: TestInside"):
		t.Errorf("nothing was tested\n%s", out)
	}
}

// TestInside is about a worker, whose network the process is in, and masters at
// the other end of a cable.
func TestInside(t *testing.T) {
	if os.Getenv(inside) == "" {
		t.Skip("runs in TestKernel")
	}
	// Namespaces belong to threads. This one changes between two.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	worker, err := netns.Get()
	do(t, err)
	masters, err := netns.New()
	do(t, err)
	do(t, netns.Set(worker))
	do(t, netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "w0"}, PeerName: "m0", PeerNamespace: netlink.NsFd(masters)}))
	up(t, "lo")
	up(t, "w0", "10.0.0.4/24", "fd00::4/64")
	do(t, netns.Set(masters))
	up(t, "lo")
	up(t, "m0", "10.0.0.1/24", "10.0.0.2/24", "10.0.0.3/24", "fd00::1/64", "fd00::2/64")
	servers := map[string]*http.Server{}
	for _, address := range []string{"10.0.0.1:6443", "10.0.0.2:6443", "10.0.0.3:6443", "[fd00::1]:5000", "[fd00::2]:5000"} {
		servers[address] = serve(t, address)
	}
	do(t, netns.Set(worker))

	t.Run("nft", func(t *testing.T) {
		insideNFT(t, "10.103.97.2:6443", "10.0.0.1:6443", "10.0.0.2:6443", "10.0.0.3:6443")
	})
	t.Run("nft IPv6", func(t *testing.T) { insideNFT(t, "[1248:4003::2]:5000", "[fd00::1]:5000", "[fd00::2]:5000") })
	t.Run("routes", insideRoutes)
	t.Run("care", func(t *testing.T) { insideCare(t, servers) })
}

// insideNFT: without a route the address cannot be reached; with route and
// rules all backends get connections; fewer backends, fewer get them.
func insideNFT(t *testing.T, address string, backends ...string) {
	vip := ap(address)
	if who := ask1(t, address); who != "" {
		t.Fatalf("before: %q answers", who)
	}
	do(t, Kernel{}.Ensure(vip.Addr(), ap(backends[0]).Addr()))
	for n := len(backends); n > 0; n-- {
		do(t, NFT{}.Set(vip, aps(backends[:n]...)))
		seen := map[string]int{}
		for range 40 * n {
			seen[ask1(t, address)]++
		}
		for i, b := range backends {
			if i < n && seen[b] < 15 || i >= n && seen[b] > 0 {
				t.Errorf("%d backends: %v", n, seen)
			}
		}
		if len(seen) != n {
			t.Errorf("%d backends: %v", n, seen)
		}
	}
	for _, want := range []bool{true, false, false} {
		if has, err := (NFT{}).Has(vip); has != want || err != nil {
			t.Errorf("has: %v, %v", has, err)
		}
		do(t, NFT{}.Delete(vip))
	}
	do(t, NFT{}.Set(vip, aps(backends...)))
	do(t, NFT{}.Purge())
	do(t, NFT{}.Purge())
	if who := ask1(t, address); who != "" {
		t.Errorf("after: %q answers", who)
	}
	do(t, Kernel{}.Delete(vip.Addr()))
	do(t, Kernel{}.Delete(vip.Addr()))
}

// insideRoutes does what sealer asks for on hosts with several networks.
func insideRoutes(t *testing.T) {
	node, host := netip.MustParseAddr("10.0.0.4"), netip.MustParseAddr("10.103.97.2")
	if ok, err := (Kernel{}).OnDefault(node); ok || err != nil {
		t.Errorf("no default route: %v, %v", ok, err)
	}
	do(t, netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "d0"}, PeerName: "d1"}))
	up(t, "d1")
	up(t, "d0", "10.9.0.1/24")
	other, err := netlink.LinkByName("d0")
	do(t, err)
	first := &netlink.Route{LinkIndex: other.Attrs().Index, Gw: net.ParseIP("10.9.0.254"), Priority: 10}
	do(t, netlink.RouteAdd(first))
	for text, want := range map[string]bool{"10.9.0.1": true, "10.0.0.4": false, "192.0.2.1": false} {
		if ok, err := (Kernel{}).OnDefault(netip.MustParseAddr(text)); ok != want || err != nil {
			t.Errorf("%s: %v, %v", text, ok, err)
		}
	}
	source := func() string {
		routes, err := netlink.RouteGet(host.AsSlice())
		do(t, err)
		return routes[0].Src.String()
	}
	if got := source(); got != "10.9.0.1" {
		t.Errorf("by the default route: %s", got)
	}
	do(t, Kernel{}.Add(host, node))
	do(t, Kernel{}.Add(host, node))
	if got := source(); got != "10.0.0.4" {
		t.Errorf("with a route by the host itself: %s", got)
	}
	do(t, Kernel{}.Delete(host))
	do(t, Kernel{}.Add(host, netip.MustParseAddr("10.0.0.1")))
	if got := source(); got != "10.0.0.4" {
		t.Errorf("with a route by a gateway: %s", got)
	}
	do(t, Kernel{}.Delete(host))
	do(t, Kernel{}.Ensure(host, netip.MustParseAddr("10.0.0.1")))
	if got := source(); got != "10.0.0.4" {
		t.Errorf("ensured: %s", got)
	}
	if err := (Kernel{}).Ensure(host, node); err != nil {
		t.Errorf("the backend is the host itself: %v", err)
	}
	do(t, Kernel{}.Delete(host))
	do(t, netlink.LinkDel(other))
	if err := (Kernel{}).Ensure(host, netip.MustParseAddr("192.0.2.1")); err == nil || !strings.Contains(err.Error(), "no way to 192.0.2.1") {
		t.Errorf("no way: %v", err)
	}
}

// insideCare: a backend that dies gets nothing any more, one that comes back
// does, and rules that others flush come back.
func insideCare(t *testing.T, servers map[string]*http.Server) {
	address := "10.103.97.2:6443"
	s, err := Parse(address, []string{"10.0.0.1:6443", "10.0.0.2:6443"}, "http", "/")
	do(t, err)
	dir := t.TempDir()
	do(t, Save(dir, s))
	done := make(chan error)
	c := Carer{
		Balancer: NFT{}, Router: Kernel{}, Prober: Prober{Timeout: time.Second}, Interval: 50 * time.Millisecond,
		Report: func(line string) { t.Log(line) }, Services: func() ([]Saved, error) { return Load(dir) },
	}
	go func() { done <- c.Run(t.Context()) }()
	await(t, "both", func() bool { return len(answers(t, address)) == 2 })
	do(t, servers["10.0.0.1:6443"].Close())
	await(t, "one", func() bool { return len(answers(t, address)) == 1 && answers(t, address)["10.0.0.2:6443"] > 0 })
	do(t, NFT{}.Delete(s.Address))
	await(t, "again", func() bool { return answers(t, address)["10.0.0.2:6443"] > 0 })
	do(t, Forget(dir, s.Address))
	await(t, "none", func() bool { has, err := NFT{}.Has(s.Address); return !has && err == nil })
}

// answers counts who answers to some connections; "" is nobody.
func answers(t *testing.T, address string) map[string]int {
	t.Helper()
	seen := map[string]int{}
	for range 20 {
		seen[ask1(t, address)]++
	}
	return seen
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for: %s", what)
		}
	}
}

// serve answers on an address of this thread's namespace with that address.
func serve(t *testing.T, address string) *http.Server {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	do(t, err)
	server := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, address) }),
		ReadHeaderTimeout: time.Second,
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// ask1 makes one connection and gives who answers, "" when nobody does.
func ask1(t *testing.T, address string) string {
	t.Helper()
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + address + "/")
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	who, err := io.ReadAll(response.Body)
	do(t, err)
	return string(who)
}

func up(t *testing.T, name string, addresses ...string) {
	t.Helper()
	link, err := netlink.LinkByName(name)
	do(t, err)
	for _, a := range addresses {
		addr, err := netlink.ParseAddr(a)
		do(t, err)
		if addr.IP.To4() == nil {
			addr.Flags = syscall.IFA_F_NODAD
		}
		do(t, netlink.AddrAdd(link, addr))
	}
	do(t, netlink.LinkSetUp(link))
}

func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
