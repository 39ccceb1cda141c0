package clustercert

import (
	"crypto/x509"
	"path/filepath"
)

// family is an authority and what it signs.
type family struct {
	ca, name string // path without extension, common name
	leaves   []request
}

var (
	server = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	client = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	both   = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	// masters is the group that may do everything.
	masters = []string{"system:masters"}
)

// families are those of a master with an etcd of its own, by the names of files
// that kubeadm uses.
func (c *Config) families() []family {
	pki := func(name string) string { return filepath.Join(c.Dir, name) }
	etcd := func(name string) string { return filepath.Join(c.EtcdDir, name) }
	local := []string{"localhost", c.NodeName, "127.0.0.1", "::1", c.NodeIP.String()}
	return []family{
		{pki("ca"), "kubernetes", []request{
			{path: pki("apiserver"), name: "kube-apiserver", usages: server, hosts: c.serverNames()},
			{path: pki("apiserver-kubelet-client"), name: "kube-apiserver-kubelet-client", organization: masters, usages: client},
		}},
		{etcd("ca"), "etcd-ca", []request{
			{path: pki("apiserver-etcd-client"), name: "kube-apiserver-etcd-client", organization: masters, usages: client},
			{path: etcd("server"), name: c.NodeName, usages: both, hosts: local},
			{path: etcd("peer"), name: c.NodeName, usages: both, hosts: local},
			{path: etcd("healthcheck-client"), name: "kube-etcd-healthcheck-client", organization: masters, usages: client},
		}},
		{pki("front-proxy-ca"), "front-proxy-ca", []request{
			{path: pki("front-proxy-client"), name: "front-proxy-client", usages: client},
		}},
	}
}

// serverNames are the names and addresses of the API server.
func (c *Config) serverNames() []string {
	names := []string{
		"localhost", "127.0.0.1", c.NodeName, c.NodeIP.String(),
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc." + c.DNSDomain,
	}
	for _, cidr := range c.ServiceCIDRs {
		names = append(names, cidr.Masked().Addr().Next().String())
	}
	return append(names, c.AltNames...)
}
