//go:build linux

package main

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLasting(t *testing.T) {
	t.Parallel()
	const table = `fd000088000000000000000000000012 02 40 00 00     eth0
fd000088000000000000000000000011 02 40 00 80     eth0
20010db8000000000000000000000001 02 40 00 01     eth0
20010db8000000000000000000000002 02 40 00 20     eth0
20010db8000000000000000000000003 02 40 00 40     eth0
20010db8000000000000000000000004 02 40 00 00     eth0
fe800000000000000000000000000011 02 40 20 80     eth0
fd000099000000000000000000000011 03 40 00 80     eth1
00000000000000000000000000000001 01 80 10 80       lo
broken
zz000088000000000000000000000012 02 40 00 00     eth0
`
	var got []string
	for _, address := range lasting(table, "eth0") {
		got = append(got, address.String())
	}
	if diff := cmp.Diff([]string{"fd00:88::11", "2001:db8::4", "fd00:88::12"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestHostAddresses(t *testing.T) {
	t.Parallel()
	local := netip.MustParseAddr("127.0.0.1")
	if source, err := (host{}).Source("127.0.0.1"); err != nil || source != local {
		t.Errorf("%v, %v", source, err)
	}
	if _, err := (host{}).Source("no such host.invalid"); err == nil {
		t.Error("a host that is not there has a source")
	}
	if list, err := (host{}).Addresses(local); err != nil || !slices.Contains(list, local) {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := (host{}).Addresses(netip.MustParseAddr("192.0.2.1")); err == nil {
		t.Error("an address that no interface has")
	}
}
