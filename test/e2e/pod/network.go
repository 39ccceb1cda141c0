package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/vishvananda/netlink"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// configDir is the host's directory of CNI configurations.
const configDir = "/etc/cni/net.d"

// keepNetwork configures CNI for this node and keeps a route to the pods of
// each other node, by the address of that node: all nodes are on one network.
func keepNetwork(ctx context.Context) error {
	config, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	for ; ; time.Sleep(3 * time.Second) {
		if err := setNetwork(ctx, client, os.Getenv("NODE_NAME")); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}

func setNetwork(ctx context.Context, client kubernetes.Interface, me string) error {
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, node := range nodes.Items {
		if len(node.Spec.PodCIDRs) == 0 {
			continue
		}
		if node.Name == me {
			if err := writeConfig(configDir, node.Spec.PodCIDRs); err != nil {
				return err
			}
			continue
		}
		routes, err := routesTo(node)
		if err != nil {
			return err
		}
		for _, route := range routes {
			if err := netlink.RouteReplace(route); err != nil {
				return fmt.Errorf("route to %s of %s by %s: %w", route.Dst, node.Name, route.Gw, err)
			}
		}
	}
	return nil
}

// routesTo makes a route to each network of a node's pods, by the first address
// of that family that the node has.
func routesTo(node corev1.Node) ([]*netlink.Route, error) {
	var routes []*netlink.Route
	for _, cidr := range node.Spec.PodCIDRs {
		_, pods, err := net.ParseCIDR(cidr)
		if err != nil {
			return nil, err
		}
		for _, address := range node.Status.Addresses {
			ip := net.ParseIP(address.Address)
			if address.Type == corev1.NodeInternalIP && ip != nil && (ip.To4() == nil) == (pods.IP.To4() == nil) {
				routes = append(routes, &netlink.Route{Dst: pods, Gw: ip})
				break
			}
		}
	}
	return routes, nil
}

// writeConfig writes the list of CNI plugins when it is missing or another.
func writeConfig(dir string, pods []string) error {
	var ranges []any
	for _, cidr := range pods {
		ranges = append(ranges, []any{map[string]any{"subnet": cidr}})
	}
	data, err := json.Marshal(map[string]any{
		"cniVersion": "1.0.0",
		"name":       "opc-e2e",
		"plugins": []any{
			map[string]any{
				"type": "bridge", "bridge": "cni0", "isDefaultGateway": true, "hairpinMode": true,
				"ipam": map[string]any{"type": "host-local", "ranges": ranges},
			},
		},
	})
	if err != nil {
		return err
	}
	name := filepath.Join(dir, "10-opc-e2e.conflist")
	if old, err := os.ReadFile(name); err == nil && string(old) == string(data) {
		return nil
	}
	fmt.Println("the pods of this node have", pods)
	part := filepath.Join(dir, ".opc-e2e")
	if err := os.WriteFile(part, data, 0o644); err != nil {
		return err
	}
	return os.Rename(part, name)
}
