package vip

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// NFT balances with nftables: new connections to the virtual address are
// translated to one backend at random, those of the host itself and those of
// its pods. It speaks netlink and needs no program.
type NFT struct{}

var _ Balancer = NFT{}

// tablePrefix begins the names of our tables; the port follows.
const tablePrefix = "opc-vip-"

func table(address netip.AddrPort) *nftables.Table {
	t := &nftables.Table{Name: fmt.Sprintf("%s%d", tablePrefix, address.Port()), Family: nftables.TableFamilyIPv4}
	if !address.Addr().Is4() {
		t.Family = nftables.TableFamilyIPv6
	}
	return t
}

// Set replaces the table of the address in one transaction.
func (NFT) Set(address netip.AddrPort, backends []netip.AddrPort) error {
	c, err := nftables.New()
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	t := table(address)
	c.AddTable(t)
	c.DelTable(t)
	c.AddTable(t)
	for _, hook := range []struct {
		name string
		num  *nftables.ChainHook
	}{{"output", nftables.ChainHookOutput}, {"prerouting", nftables.ChainHookPrerouting}} {
		chain := c.AddChain(&nftables.Chain{
			Name: hook.name, Table: t, Type: nftables.ChainTypeNAT, Hooknum: hook.num, Priority: nftables.ChainPriorityNATDest,
		})
		for i, b := range backends {
			c.AddRule(&nftables.Rule{Table: t, Chain: chain, Exprs: rule(address, b, uint32(len(backends)-i))})
		}
	}
	if err := c.Flush(); err != nil {
		return fmt.Errorf("nftables: set %s: %w", t.Name, err)
	}
	return nil
}

// rule translates connections to address into such to backend, one out of n;
// with n counting down over the rules of a chain, each backend has its share.
func rule(address, backend netip.AddrPort, n uint32) []expr.Any {
	family, offset := uint32(unix.NFPROTO_IPV4), uint32(16) // Of the destination in the header.
	if !address.Addr().Is4() {
		family, offset = unix.NFPROTO_IPV6, 24
	}
	to := address.Addr().AsSlice()
	exprs := []expr.Any{
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: uint32(len(to))},
		&expr.Cmp{Register: 1, Op: expr.CmpOpEq, Data: to},
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Register: 1, Op: expr.CmpOpEq, Data: []byte{unix.IPPROTO_TCP}},
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2},
		&expr.Cmp{Register: 1, Op: expr.CmpOpEq, Data: binaryutil.BigEndian.PutUint16(address.Port())},
	}
	if n > 1 {
		exprs = append(exprs,
			&expr.Numgen{Register: 1, Modulus: n, Type: unix.NFT_NG_RANDOM},
			&expr.Cmp{Register: 1, Op: expr.CmpOpEq, Data: binaryutil.NativeEndian.PutUint32(0)})
	}
	return append(exprs,
		&expr.Immediate{Register: 1, Data: backend.Addr().AsSlice()},
		&expr.Immediate{Register: 2, Data: binaryutil.BigEndian.PutUint16(backend.Port())},
		&expr.NAT{Type: expr.NATTypeDestNAT, Family: family, RegAddrMin: 1, RegProtoMin: 2})
}

// Has tells whether the table of the address is there.
func (NFT) Has(address netip.AddrPort) (bool, error) {
	c, err := nftables.New()
	if err != nil {
		return false, fmt.Errorf("nftables: %w", err)
	}
	t := table(address)
	tables, err := c.ListTablesOfFamily(t.Family)
	if err != nil {
		return false, fmt.Errorf("nftables: list tables: %w", err)
	}
	for _, other := range tables {
		if other.Name == t.Name {
			return true, nil
		}
	}
	return false, nil
}

// Delete removes the table of the address.
func (NFT) Delete(address netip.AddrPort) error {
	c, err := nftables.New()
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	t := table(address)
	c.AddTable(t) // So that there is one to delete.
	c.DelTable(t)
	if err := c.Flush(); err != nil {
		return fmt.Errorf("nftables: delete %s: %w", t.Name, err)
	}
	return nil
}

// Purge removes every table of ours, and those that kube-proxy leaves when its
// pod is taken away.
func (NFT) Purge() error {
	c, err := nftables.New()
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	for _, family := range []nftables.TableFamily{nftables.TableFamilyIPv4, nftables.TableFamilyIPv6} {
		tables, err := c.ListTablesOfFamily(family)
		if err != nil {
			return fmt.Errorf("nftables: list tables: %w", err)
		}
		for _, t := range tables {
			if t.Name == "kube-proxy" || strings.HasPrefix(t.Name, tablePrefix) {
				c.DelTable(t)
			}
		}
	}
	if err := c.Flush(); err != nil {
		return fmt.Errorf("nftables: delete tables: %w", err)
	}
	return nil
}
