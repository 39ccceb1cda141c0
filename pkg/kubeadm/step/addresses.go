package step

import (
	"fmt"
	"net/netip"
	"os"
	"strings"

	"github.com/opc-source/opc-image/pkg/kubeadm"
)

// HostFile has the variables of the cluster that the scripts keep on a host.
const HostFile = "etc/opc/host"

// nodeIPs are the addresses that the node of this host gets in a cluster of two
// families, in their order. The kubelet would look for one only. In a cluster of
// one family it is left alone.
func (s *Step) nodeIPs(config []byte) ([]netip.Addr, error) {
	n, err := kubeadm.AskNode(config)
	if err != nil {
		return nil, err
	}
	subnets := n.PodSubnets
	if len(subnets) == 0 {
		subnets = kubeadm.Subnets(s.kept("PodCIDR"))
	}
	if len(subnets) != 2 || subnets[0].Addr().Is4() == subnets[1].Addr().Is4() {
		return nil, nil
	}
	first := n.Address
	if !first.IsValid() {
		if first, err = s.Host.Source(n.Server); err != nil {
			return nil, fmt.Errorf("which of this host's addresses is the node's, seen from the API server at %q: %w", n.Server, err)
		}
	}
	all, err := s.Host.Addresses(first)
	if err != nil {
		return nil, fmt.Errorf("the addresses of the interface that has %s: %w", first, err)
	}
	for _, second := range all {
		if second.Is4() == first.Is4() {
			continue
		}
		if first.Is4() != subnets[0].Addr().Is4() {
			first, second = second, first
		}
		return []netip.Addr{first, second}, nil
	}
	_, err = fmt.Fprintf(s.Out, "opc-kubeadm: warning: the pods of this cluster have addresses of two families, the interface with %s has only one: so has the node\n", first)
	return nil, err
}

// kept reads a variable that the scripts have kept, or "".
func (s *Step) kept(name string) string {
	data, err := os.ReadFile(s.path(HostFile))
	if err != nil {
		return "" // Nothing was kept.
	}
	for line := range strings.Lines(string(data)) {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
