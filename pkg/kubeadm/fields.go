package kubeadm

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// shape says what a field holds: an object of known fields, or a value (nil)
// that means the same in both versions and is not looked into.
type shape map[string]shape

// value is the shape of what is taken over as it is.
var value shape

// fields are those of kubeadm.k8s.io/v1beta3, after its Go types
// (k8s.io/kubernetes, cmd/kubeadm/app/apis/kubeadm/v1beta3/types.go).
var fields = map[string]shape{
	kindInit: {
		"apiVersion": value, "kind": value,
		"bootstrapTokens": value, "nodeRegistration": nodeRegistration, "localAPIEndpoint": endpoint,
		"certificateKey": value, "skipPhases": value, "patches": {"directory": value},
	},
	kindCluster: {
		"apiVersion": value, "kind": value,
		"etcd": {
			"local": {
				"imageRepository": value, "imageTag": value, "dataDir": value, "extraArgs": value,
				"serverCertSANs": value, "peerCertSANs": value,
			},
			"external": {"endpoints": value, "caFile": value, "certFile": value, "keyFile": value},
		},
		"networking":        {"serviceSubnet": value, "podSubnet": value, "dnsDomain": value},
		"kubernetesVersion": value, "controlPlaneEndpoint": value,
		"apiServer":         {"extraArgs": value, "extraVolumes": value, "certSANs": value, "timeoutForControlPlane": value},
		"controllerManager": component, "scheduler": component,
		"dns":             {"imageRepository": value, "imageTag": value},
		"certificatesDir": value, "imageRepository": value, "featureGates": value, "clusterName": value,
	},
	kindJoin: {
		"apiVersion": value, "kind": value,
		"nodeRegistration": nodeRegistration, "caCertPath": value,
		"discovery": {
			"bootstrapToken":    {"token": value, "apiServerEndpoint": value, "caCertHashes": value, "unsafeSkipCAVerification": value},
			"file":              {"kubeConfigPath": value},
			"tlsBootstrapToken": value, "timeout": value,
		},
		"controlPlane": {"localAPIEndpoint": endpoint, "certificateKey": value},
		"skipPhases":   value, "patches": {"directory": value},
	},
}

var (
	endpoint         = shape{"advertiseAddress": value, "bindPort": value}
	component        = shape{"extraArgs": value, "extraVolumes": value}
	nodeRegistration = shape{
		"name": value, "criSocket": value, "taints": value, "kubeletExtraArgs": value,
		"ignorePreflightErrors": value, "imagePullPolicy": value,
	}
)

// check tells of the first field, in the order of names, that the version does
// not have.
func (d *document) check(known shape, o object, at string) error {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		path := strings.TrimPrefix(at+"."+name, ".")
		inner, ok := known[name]
		if !ok {
			return fmt.Errorf("%s: %s: %s has no such field", d, path, oldVersion)
		}
		if inner == nil || o[name] == nil {
			continue
		}
		child, ok := o[name].(object)
		if !ok {
			return fmt.Errorf("%s: %s is %s, not an object with fields", d, path, describe(o[name]))
		}
		if err := d.check(inner, child, path); err != nil {
			return err
		}
	}
	return nil
}

// describe names the type of a value in words of YAML.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "empty"
	case object:
		return "an object"
	case []any:
		return "a list"
	case string:
		return fmt.Sprintf("the text %q", v)
	default:
		return fmt.Sprintf("the value %v", v)
	}
}
