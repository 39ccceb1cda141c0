package kubeadm

import (
	"fmt"
	"net/netip"
	"strings"
)

// dockershim is the socket that sealer names when nothing told it of another.
const dockershim = "/var/run/dockershim.sock"

// convertNode turns an InitConfiguration or a JoinConfiguration that was
// checked into v1beta4.
func (d *document) convertNode(opts Options) error {
	if d.object("nodeRegistration") != nil {
		if err := d.convertRegistration(opts); err != nil {
			return err
		}
	}
	if discovery := d.object("discovery"); discovery != nil {
		if t, ok := discovery["timeout"]; ok && t != nil {
			setDefault(d.ensure("timeouts"), "discovery", t)
		}
		delete(discovery, "timeout")
	}
	return nil
}

// setNodeIPs tells the kubelet the node's addresses.
func (d *document) setNodeIPs(addresses []netip.Addr) {
	if len(addresses) == 0 {
		return
	}
	var list []string
	for _, address := range addresses {
		list = append(list, address.String())
	}
	setDefault(d.ensure("nodeRegistration.kubeletExtraArgs"), "node-ip", strings.Join(list, ","))
}

func (d *document) convertRegistration(opts Options) error {
	n := d.object("nodeRegistration")
	switch socket := n["criSocket"].(type) {
	case nil:
		delete(n, "criSocket")
	case string:
		n["criSocket"] = criSocket(socket, opts.CRISocket)
	default:
		return fmt.Errorf("%s: nodeRegistration.criSocket is %s, not a path", d, describe(socket))
	}
	// Empty means the default taints, in both versions; no taints is a list
	// without entries.
	if n["taints"] == nil {
		delete(n, "taints")
	}
	if _, err := d.flags("nodeRegistration", "kubeletExtraArgs"); err != nil {
		return err
	}
	tidy(n, "kubeletExtraArgs")
	return nil
}

// criSocket is the address of a socket; a path becomes one with its scheme.
func criSocket(socket, instead string) string {
	socket = strings.TrimSpace(socket)
	switch {
	case socket == "", strings.TrimPrefix(socket, "unix://") == dockershim:
		return instead
	case strings.HasPrefix(socket, "/"):
		return "unix://" + socket
	}
	return socket
}

// moveTimeouts takes the time the control plane has to come up from where
// v1beta3 has it, in the ClusterConfiguration, to where v1beta4 has it.
func moveTimeouts(docs []*document) ([]*document, error) {
	var first *document
	var timeout any
	for _, d := range docs {
		switch d.kind {
		case kindInit:
			first = d
		case kindCluster:
			if server := d.object("apiServer"); server != nil {
				timeout = server["timeoutForControlPlane"]
				delete(server, "timeoutForControlPlane")
			}
		}
	}
	if timeout == nil {
		return docs, nil
	}
	if first == nil {
		first = &document{kind: kindInit, version: newVersion, body: object{"apiVersion": newVersion, "kind": kindInit}}
		docs = append([]*document{first}, docs...)
	}
	setDefault(first.ensure("timeouts"), "controlPlaneComponentHealthCheck", timeout)
	return docs, nil
}

func setDefault(o object, name string, v any) {
	if o[name] == nil {
		o[name] = v
	}
}
