package sealer

import (
	_ "embed"
	"fmt"
	"maps"
	"net"
	"strings"

	"sigs.k8s.io/yaml"
)

// defaults is what sealer writes for an image that says nothing: it has all of
// sealer's own settings (pkg/runtime/kubernetes/kubeadm).
//
//go:embed kubeadm-default.yaml
var defaults string

// object is a document of YAML.
type object = map[string]any

// kubeadmConfig are the documents that sealer writes for kubeadm, by kind.
type kubeadmConfig map[string]object

// kinds is the order in which sealer writes them.
var kinds = []string{"InitConfiguration", "ClusterConfiguration", "KubeletConfiguration", "KubeProxyConfiguration", "JoinConfiguration"}

func parseConfig(text string) (kubeadmConfig, error) {
	list, err := documents([]byte(text))
	if err != nil {
		return nil, err
	}
	config := kubeadmConfig{}
	for _, document := range list {
		var o object
		if err := yaml.Unmarshal(document, &o); err != nil {
			return nil, err
		}
		kind, _ := o["kind"].(string)
		if kind == "" {
			return nil, fmt.Errorf("a document for kubeadm without a kind")
		}
		config[kind] = o
	}
	return config, nil
}

// mergeConfig makes the configuration: what the Clusterfile says, what it does
// not say from the image, what neither says from sealer's defaults.
func mergeConfig(user, image string, masters []string, cgroupDriver, socket string) (kubeadmConfig, error) {
	result, err := parseConfig(defaults)
	if err != nil {
		return nil, err
	}
	for _, text := range []string{image, user} {
		upper, err := parseConfig(text)
		if err != nil {
			return nil, err
		}
		for kind, o := range upper {
			if _, ok := result[kind]; !ok {
				return nil, fmt.Errorf("sealer knows no kind %s for kubeadm", kind)
			}
			overlay(result[kind], o)
		}
	}
	var servers []string
	sans := []any{"127.0.0.1", apiDomain, virtualIP}
	for _, ip := range masters {
		servers = append(servers, "https://"+net.JoinHostPort(ip, "2379"))
		sans = append(sans, ip)
	}
	overlay(result["InitConfiguration"], object{
		"localAPIEndpoint": object{"advertiseAddress": masters[0]},
		"nodeRegistration": object{"criSocket": socket},
	})
	overlay(result["ClusterConfiguration"], object{"apiServer": object{
		"certSANs":  sans,
		"extraArgs": object{"etcd-servers": strings.Join(servers, ",")},
	}})
	overlay(result["KubeletConfiguration"], object{"cgroupDriver": cgroupDriver})
	return result, nil
}

// overlay sets in lower what upper has and what is not empty.
func overlay(lower, upper object) {
	for name, value := range upper {
		below, isObject := lower[name].(object)
		if above, ok := value.(object); ok && isObject {
			overlay(below, above)
			continue
		}
		switch v := value.(type) {
		case nil:
			continue
		case string:
			if v == "" {
				continue
			}
		case bool:
			if !v {
				continue
			}
		}
		lower[name] = value
	}
}

// text writes documents of the given kinds.
func (k kubeadmConfig) text(kinds ...string) (string, error) {
	var parts []string
	for _, kind := range kinds {
		data, err := yaml.Marshal(k[kind])
		if err != nil {
			return "", err
		}
		parts = append(parts, string(data))
	}
	return strings.Join(parts, "\n---\n"), nil
}

// join makes the document for a host that joins.
func (k kubeadmConfig) join(t token, endpoint, socket, advertise string) kubeadmConfig {
	hashes := []any{}
	for _, hash := range t.hashes {
		hashes = append(hashes, hash)
	}
	joined := maps.Clone(k)
	o := object{
		"apiVersion": k["JoinConfiguration"]["apiVersion"],
		"kind":       "JoinConfiguration",
		"caCertPath": "/etc/kubernetes/pki/ca.crt",
		"discovery": object{
			"bootstrapToken": object{"apiServerEndpoint": endpoint, "caCertHashes": hashes, "token": t.token},
			"timeout":        "5m0s",
		},
		"nodeRegistration": object{"criSocket": socket, "taints": nil},
	}
	if advertise != "" {
		o["controlPlane"] = object{
			"certificateKey":   t.key,
			"localAPIEndpoint": object{"advertiseAddress": advertise, "bindPort": 6443},
		}
	}
	joined["JoinConfiguration"] = o
	return joined
}

// names are the names and addresses that the API server's certificate is for.
func (k kubeadmConfig) names() []string {
	server, _ := k["ClusterConfiguration"]["apiServer"].(object)
	list, _ := server["certSANs"].([]any)
	var names []string
	for _, name := range list {
		names = append(names, fmt.Sprint(name))
	}
	return names
}

// network is a field of the cluster's networking.
func (k kubeadmConfig) network(field string) string {
	networking, _ := k["ClusterConfiguration"]["networking"].(object)
	value, _ := networking[field].(string)
	return value
}
