package kubeadm

import (
	"fmt"
	"net/netip"
	"strings"
)

// componentVersions are the versions of the documents that kubeadm hands to the
// kubelet and to kube-proxy. Between sealer's types (of Kubernetes 1.23) and
// those of 1.36 and 1.37 they have lost one field.
var componentVersions = map[string]string{
	kindKubelet: "kubelet.config.k8s.io/v1beta1",
	kindProxy:   "kubeproxy.config.k8s.io/v1alpha1",
}

// convertComponent mends the configuration of the kubelet or of kube-proxy.
// Fields it does not know are left to kubeadm, which refuses wrong ones by name.
func (d *document) convertComponent() error {
	if want := componentVersions[d.kind]; d.version != want {
		return fmt.Errorf("%s: apiVersion %q is not known, only %s is", d, d.version, want)
	}
	if d.kind == kindProxy {
		delete(d.body, "udpIdleTimeout") // Of the userspace mode, gone in 1.26.
		if ipvs := d.object("ipvs"); ipvs != nil {
			list, _ := ipvs["excludeCIDRs"].([]any)
			for i, v := range list {
				if cidr, ok := v.(string); ok {
					list[i] = hostCIDR(cidr)
				}
			}
		}
	}
	return nil
}

// hostCIDR mends the range of one address of IPv6, which sealer writes with the
// length that such a range has with IPv4.
func hostCIDR(cidr string) string {
	text, ok := strings.CutSuffix(cidr, "/32")
	if !ok {
		return cidr
	}
	addr, err := netip.ParseAddr(text)
	if err != nil || !addr.Is6() {
		return cidr
	}
	if prefix, err := addr.Prefix(32); err == nil && prefix.Addr() == addr {
		return cidr // It may be meant as a network.
	}
	return text + "/128"
}
