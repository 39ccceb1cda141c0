package kubeadm

import (
	"net"
	"net/netip"
	"strings"
)

// EtcdDataDir finds where a configuration, old or new, wants the data of an
// etcd on the masters; kubeadm's default when it does not say.
func EtcdDataDir(config []byte) (string, error) {
	docs, err := split(config)
	if err != nil {
		return "", err
	}
	for _, d := range docs {
		if local := d.object("etcd.local"); d.kind == kindCluster && local != nil {
			if dir, ok := local["dataDir"].(string); ok && dir != "" {
				return dir, nil
			}
		}
	}
	return "/var/lib/etcd", nil
}

// Node is what a configuration, old or new, says of the node it is for.
type Node struct {
	// PodSubnets are the networks of the cluster's pods. A JoinConfiguration
	// does not say them.
	PodSubnets []netip.Prefix
	// Address is where the API server of this node is reached; not valid for a
	// worker.
	Address netip.Addr
	// Server is the host of the API server that a joining node asks, or "".
	Server string
}

// AskNode reads what a configuration says of its node. What cannot be read is
// left out: it is kubeadm that complains of it.
func AskNode(config []byte) (Node, error) {
	docs, err := split(config)
	if err != nil {
		return Node{}, err
	}
	if docs, err = choose(docs); err != nil {
		return Node{}, err
	}
	var n Node
	for _, d := range docs {
		if networking := d.object("networking"); d.kind == kindCluster && networking != nil {
			text, _ := networking["podSubnet"].(string)
			n.PodSubnets = Subnets(text)
		}
		for _, at := range []string{"localAPIEndpoint", "controlPlane.localAPIEndpoint"} {
			if address, ok := d.object(at)["advertiseAddress"].(string); ok {
				n.Address, _ = netip.ParseAddr(address)
			}
		}
		if server, ok := d.object("discovery.bootstrapToken")["apiServerEndpoint"].(string); ok {
			n.Server, _, _ = net.SplitHostPort(server)
		}
	}
	return n, nil
}

// Subnets reads networks that stand with commas between them, as far as they are
// networks.
func Subnets(text string) []netip.Prefix {
	var list []netip.Prefix
	for one := range strings.SplitSeq(text, ",") {
		if prefix, err := netip.ParsePrefix(strings.TrimSpace(one)); err == nil {
			list = append(list, prefix)
		}
	}
	return list
}
