package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestWriteConfig(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "10-opc-e2e.conflist")
	if err := writeConfig(dir, []string{"10.244.3.0/24", "fd00:10:244:3::/64"}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil || !json.Valid(data) || !strings.Contains(string(data), `"ranges":[[{"subnet":"10.244.3.0/24"}],[{"subnet":"fd00:10:244:3::/64"}]]`) {
		t.Errorf("%s, %v", data, err)
	}
	// What is right is not touched: the runtime reads it at each change.
	before, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeConfig(dir, []string{"10.244.3.0/24", "fd00:10:244:3::/64"}); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(name); err != nil || !os.SameFile(before, after) {
		t.Errorf("it was written again (%v)", err)
	}
	if err := writeConfig(dir, []string{"10.244.4.0/24"}); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestRoutesTo(t *testing.T) {
	t.Parallel()
	node := corev1.Node{
		Spec: corev1.NodeSpec{PodCIDRs: []string{"10.244.1.0/24", "fd00:10:244:1::/64"}},
		Status: corev1.NodeStatus{Addresses: []corev1.NodeAddress{
			{Type: corev1.NodeHostName, Address: "w1"},
			{Type: corev1.NodeInternalIP, Address: "fd00:88::21"}, {Type: corev1.NodeInternalIP, Address: "10.88.0.21"},
		}},
	}
	all := node.Status.Addresses
	for addresses, want := range map[int]string{
		3: "10.244.1.0/24 by 10.88.0.21, fd00:10:244:1::/64 by fd00:88::21",
		2: "fd00:10:244:1::/64 by fd00:88::21", // Of one family.
		1: "",                                  // Not yet known.
	} {
		node.Status.Addresses = all[:addresses]
		routes, err := routesTo(node)
		var got []string
		for _, r := range routes {
			got = append(got, r.Dst.String()+" by "+r.Gw.String())
		}
		if err != nil || strings.Join(got, ", ") != want {
			t.Errorf("%d addresses: %v, %v; want %s", addresses, got, err, want)
		}
	}
	node.Spec.PodCIDRs = []string{"all"}
	if _, err := routesTo(node); err == nil {
		t.Error("what is no network is no error")
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"other"}, {"get"}, {"get", "http://127.0.0.1:1/"}} {
		if err := run(t.Context(), args); err == nil {
			t.Errorf("%q is no error", args)
		}
	}
}
