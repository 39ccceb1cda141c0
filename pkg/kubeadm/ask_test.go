package kubeadm

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var compareAddresses = cmp.Options{cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })}

// TestAskNode reads what a real sealer wrote, and what the step makes of it.
func TestAskNode(t *testing.T) {
	t.Parallel()
	four, six := netip.MustParsePrefix("10.244.0.0/16"), netip.MustParsePrefix("fd00:10:244::/48")
	for name, want := range map[string]Node{
		sealer + "kubeadm/dual-init.yaml":         {PodSubnets: []netip.Prefix{four, six}, Address: netip.MustParseAddr("10.88.0.11")},
		"testdata/dual-init.yaml":                 {PodSubnets: []netip.Prefix{four, six}, Address: netip.MustParseAddr("10.88.0.11")},
		sealer + "kubeadm/three-join-master.yaml": {Address: netip.MustParseAddr("10.88.0.13"), Server: "10.88.0.11"},
		sealer + "kubeadm/three-join-worker.yaml": {Server: "10.103.97.2"},
		"testdata/ipv6-join-worker.yaml":          {Server: "1248:4003:10bb:6a01:83b9:6360:c66d:2"},
	} {
		got, err := AskNode(read(t, name))
		if diff := cmp.Diff(want, got, compareAddresses); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
		}
	}
	for _, broken := range []string{"a: [", "kind: KubeletConfiguration\n"} {
		if _, err := AskNode([]byte(broken)); err == nil {
			t.Errorf("%q is no error", broken)
		}
	}
}

func TestSubnets(t *testing.T) {
	t.Parallel()
	got := Subnets("10.0.0.0/8, fd00::/48,,x")
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/48")}
	if diff := cmp.Diff(want, got, compareAddresses); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestNodeIPs: the kubelet is told the addresses, unless somebody has.
func TestNodeIPs(t *testing.T) {
	t.Parallel()
	opts := Options{NodeIPs: []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd00::1")}}
	const told = "kubeletExtraArgs:\n  - name: node-ip\n    value: 10.0.0.1,fd00::1\n"
	for name, test := range map[string]struct{ config, want string }{
		"init":           {initDoc + "---\n" + clusterDoc, told},
		"join":           {joinDoc + "nodeRegistration: {name: x, kubeletExtraArgs: null}\n", told},
		"with others":    {joinDoc + "nodeRegistration: {kubeletExtraArgs: {v: 2}}\n", "node-ip\n    value: 10.0.0.1,fd00::1\n  - name: v\n"},
		"by somebody":    {joinDoc + "nodeRegistration: {kubeletExtraArgs: {node-ip: 10.0.0.9}}\n", "- name: node-ip\n    value: 10.0.0.9\n"},
		"of no node":     {clusterDoc, "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"},
		"not flags":      {joinDoc + "nodeRegistration: {kubeletExtraArgs: [a]}\n", "is a list, not flags"},
		"taken by patch": {joinDoc + "nodeRegistration: {name: patched}\n", "value: '::'\n"},
	} {
		o := opts
		if name == "taken by patch" {
			o.Patches = []Patch{{Name: "p", Data: []byte("kind: JoinConfiguration\nnodeRegistration: {kubeletExtraArgs: {node-ip: '::'}}")}}
		}
		out, err := Convert([]byte(test.config), o)
		text := string(out)
		if err != nil {
			text = err.Error()
		}
		if !strings.Contains(text, test.want) || strings.Count(text, "node-ip") > 1 {
			t.Errorf("%s: want %q in\n%s", name, test.want, text)
		}
	}
}
