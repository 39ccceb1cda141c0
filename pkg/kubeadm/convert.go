package kubeadm

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
)

// MaxInput bounds configurations and patches, in bytes.
const MaxInput = 1 << 20

// DefaultCRISocket is where containerd listens.
const DefaultCRISocket = "unix:///run/containerd/containerd.sock"

const (
	oldVersion = "kubeadm.k8s.io/v1beta3"
	newVersion = "kubeadm.k8s.io/v1beta4"
)

// The kinds of documents that sealer writes.
const (
	kindInit    = "InitConfiguration"
	kindCluster = "ClusterConfiguration"
	kindJoin    = "JoinConfiguration"
	kindKubelet = "KubeletConfiguration"
	kindProxy   = "KubeProxyConfiguration"
)

// Options of a conversion. The zero value converts and changes nothing else.
type Options struct {
	// Patches are applied in their order after the conversion.
	Patches []Patch
	// CRISocket stands in for the socket of dockershim, which sealer names when
	// it was told of no other. Default: DefaultCRISocket.
	CRISocket string
	// NodeIPs are the node's addresses, for the kubelet's flag "node-ip" where
	// nobody has set it. Default: the kubelet looks for one.
	NodeIPs []netip.Addr
}

// Convert turns a configuration in kubeadm.k8s.io/v1beta3 into v1beta4.
//
// A configuration with an InitConfiguration or a ClusterConfiguration is one
// for "kubeadm init": a JoinConfiguration beside them, which sealer adds and
// kubeadm ignores, is left out. Any other is one for "kubeadm join", of which
// kubeadm reads the JoinConfiguration only.
//
// The result has its documents in the order of the input and their fields in
// the order of their names.
func Convert(config []byte, opts Options) ([]byte, error) {
	if opts.CRISocket == "" {
		opts.CRISocket = DefaultCRISocket
	}
	docs, err := split(config)
	if err != nil {
		return nil, err
	}
	if docs, err = choose(docs); err != nil {
		return nil, err
	}
	for _, d := range docs {
		if err := d.convert(opts); err != nil {
			return nil, err
		}
	}
	if docs, err = moveTimeouts(docs); err != nil {
		return nil, err
	}
	patches, err := readPatches(opts.Patches)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, d := range docs {
		if err := d.patch(patches); err != nil {
			return nil, err
		}
		if err := d.write(&out); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// Old tells whether a configuration has a document in a version of kubeadm's
// API before v1beta4.
func Old(config []byte) (bool, error) {
	docs, err := split(config)
	if err != nil {
		return false, err
	}
	for _, d := range docs {
		if strings.HasPrefix(d.version, "kubeadm.k8s.io/") && d.version != newVersion {
			return true, nil
		}
	}
	return false, nil
}

// choose leaves the documents that kubeadm reads.
func choose(docs []*document) ([]*document, error) {
	byKind := map[string]*document{}
	for _, d := range docs {
		if first, ok := byKind[d.kind]; ok {
			return nil, fmt.Errorf("%s: there is one already, document %d", d, first.number)
		}
		byKind[d.kind] = d
	}
	skip := map[string]bool{kindJoin: true}
	if byKind[kindInit] == nil && byKind[kindCluster] == nil {
		if byKind[kindJoin] == nil {
			return nil, fmt.Errorf("the configuration has no %s, %s or %s: it is for neither init nor join", kindInit, kindCluster, kindJoin)
		}
		skip = map[string]bool{kindKubelet: true, kindProxy: true}
	}
	var kept []*document
	for _, d := range docs {
		if !skip[d.kind] {
			kept = append(kept, d)
		}
	}
	return kept, nil
}

// convert turns one document into its new version; the flags stay a map until
// the document is written, so that patches can name them.
func (d *document) convert(opts Options) error {
	switch d.kind {
	case kindInit, kindCluster, kindJoin:
	case kindKubelet, kindProxy:
		return d.convertComponent()
	default:
		return fmt.Errorf("%s: not a kind that is converted; known are %s, %s, %s, %s, %s",
			d, kindInit, kindCluster, kindJoin, kindKubelet, kindProxy)
	}
	if d.version != oldVersion {
		return fmt.Errorf("%s: apiVersion %q is not converted, only %s is", d, d.version, oldVersion)
	}
	if err := d.check(fields[d.kind], d.body, ""); err != nil {
		return err
	}
	d.version = newVersion
	d.body["apiVersion"] = newVersion
	if d.kind == kindCluster {
		return d.convertCluster()
	}
	if err := d.convertNode(opts); err != nil {
		return err
	}
	d.setNodeIPs(opts.NodeIPs)
	return nil
}
