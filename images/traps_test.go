package images_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// traps are the values that keep a chart out of trouble that its defaults run
// into, and what the trouble is.
var traps = []struct {
	component, file string
	path            []string
	want            any
	trouble         string
}{
	{"cilium", "values.yaml", []string{"kubeProxyReplacement"}, "false",
		"it needs the address of the API server, which differs between hosts"},
	{"cilium", "values.yaml", []string{"ipam", "mode"}, "kubernetes",
		"pods get addresses of 10.0.0.0/8, whatever the cluster's network is"},
	{"cilium", "values.yaml", []string{"operator", "replicas"}, 1,
		"Helm waits for a second node"},
	{"csi-driver-nfs", "values.yaml", []string{"controller", "enableSnapshotter"}, false,
		"the snapshotter looks for kinds that nobody brings"},
	{"envoy-gateway", "values.yaml", []string{"crds", "enabled"}, false,
		"its experimental Gateway API is refused over the standard one"},
	{"flannel", "values.yaml", []string{"flannel", "enableNFTables"}, true,
		"iptables needs kernel modules that go away"},
	{"fluentd", "values.yaml", []string{"plugins"}, []any{},
		"plug-ins are downloaded at every start"},
	{"fluentd", "values.yaml", []string{"variant"}, "elasticsearch9",
		"the default is for Elasticsearch 7"},
	{"hybridnet", "values.yaml", []string{"init"}, nil,
		"the chart deletes the network of all pods when it is upgraded"},
	{"hybridnet", "values.yaml", []string{"manager", "nodeSelector"}, map[string]any{"node-role.kubernetes.io/control-plane": ""},
		"hosts have lost the label master"},
	{"hybridnet", "values.yaml", []string{"webhook", "nodeSelector"}, map[string]any{"node-role.kubernetes.io/control-plane": ""},
		"hosts have lost the label master"},
	{"kubevela", "values.yaml", []string{"imageRegistry"}, "docker.io/",
		"the prefix is not separated from the names behind it"},
	{"kubevela", "values.yaml", []string{"image", "pullPolicy"}, "IfNotPresent",
		"the registry is asked at every start"},
	{"metallb", "values.yaml", []string{"frrk8s", "enabled"}, false,
		"FRR is on every host although nobody speaks BGP"},
	{"metrics-server", "values.yaml", []string{"args"}, []any{"--kubelet-insecure-tls"},
		"kubeadm's kubelets sign their own certificates"},
	{"ocm-addons", "cluster-proxy.yaml", []string{"installByPlacement", "placementName"}, "global",
		"two charts bring a binding of one name, and Helm refuses the second"},
	{"opentelemetry-operator", "values.yaml", []string{"crds", "annotations", "helm.sh/resource-policy"}, "keep",
		"every collector goes when the release goes"},
	{"skywalking", "banyandb.yaml", []string{"standalone", "httpSvc", "type"}, "ClusterIP",
		"a port without a password gets a load balancer"},
	{"terraform-controller", "values.yaml", []string{"image", "pullPolicy"}, "IfNotPresent",
		"the registry is asked at every start"},
}

func TestTrapsAreAvoided(t *testing.T) {
	t.Parallel()
	for _, trap := range traps {
		got := field(values(t, component(t, trap.component), trap.file), trap.path...)
		if fmt.Sprint(got) != fmt.Sprint(trap.want) {
			t.Errorf("%s/%s: %s is %v, want %v: %s", trap.component, trap.file, strings.Join(trap.path, "."), got, trap.want, trap.trouble)
		}
	}
}

// One component owns the kinds of the Gateway API; the others require it.
func TestGatewayAPIHasOneOwner(t *testing.T) {
	t.Parallel()
	for _, c := range components(t) {
		for _, m := range c.Install.Manifests {
			if strings.Contains(m.URL, "kubernetes-sigs/gateway-api/") && c.Name != "gateway-api" {
				t.Errorf("%s brings the Gateway API too", c.Name)
			}
		}
	}
	if c := component(t, "envoy-gateway"); !slices.Contains(c.Requires, "gateway-api") {
		t.Error("envoy-gateway does not require gateway-api")
	}
}

// The definition refuses an empty cluster name, and one name for all clusters
// lets only one of them join.
func TestKlusterletNamesNoCluster(t *testing.T) {
	t.Parallel()
	c := component(t, "klusterlet")
	if field(values(t, c, "values.yaml"), "klusterlet", "create") != false {
		t.Error("the chart makes an object that names the cluster")
	}
	own := find(t, objects(t, c), "Klusterlet", "klusterlet")
	if name, named := field(own, "spec").(map[string]any)["clusterName"]; named {
		t.Errorf("clusterName is %q", name)
	}
}

// Upstream's chart makes its tables in a hook, for which Helm and the servers
// wait in a circle.
func TestSkyWalkingWaitsForNoHook(t *testing.T) {
	t.Parallel()
	c := component(t, "skywalking")
	for _, object := range objects(t, c) {
		if hook := field(object, "metadata", "annotations", "helm.sh/hook"); hook != nil {
			t.Errorf("%s is a hook: %v", object["kind"], hook)
		}
	}
	oap := containers(pod(find(t, objects(t, c), "Deployment", "skywalking-oap")))[0]
	if options := environment(c, oap)["JAVA_OPTS"]; strings.Contains(options, "mode=no-init") {
		t.Errorf("the server waits for somebody else's tables: %s", options)
	}
}

// Chart values without quotes end up as numbers, which an environment refuses.
func TestTerraformLimitsAreNoNumbers(t *testing.T) {
	t.Parallel()
	v := values(t, component(t, "terraform-controller"), "values.yaml")
	for _, kind := range []string{"requests", "limits"} {
		for _, resource := range []string{"cpu", "memory"} {
			quantity := fmt.Sprint(field(v, "resources", kind, resource))
			if strings.Trim(quantity, "0123456789.") == "" {
				t.Errorf("resources.%s.%s is %q, want a unit", kind, resource, quantity)
			}
		}
	}
}

// KubeVela's hook gives the API service of its gateway the certificate; vela-core
// becomes ready after that, and Helm with --wait would run the hook after both.
func TestKubeVelaWaitsForItsHook(t *testing.T) {
	t.Parallel()
	for _, chart := range component(t, "kubevela").Install.Charts {
		if !chart.NoWait {
			t.Errorf("Helm waits for the release %s, which waits for its hook", chart.Release)
		}
	}
}
