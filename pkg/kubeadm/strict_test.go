package kubeadm

import (
	"strings"
	"testing"
)

const (
	initDoc    = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\n"
	clusterDoc = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\n"
	joinDoc    = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: JoinConfiguration\n"
)

// TestErrors: each message names the document and the field.
func TestErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ config, patch, want string }{
		"nothing":         {config: "\n", want: "neither init nor join"},
		"only kubelet":    {config: "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n", want: "neither init nor join"},
		"not YAML":        {config: initDoc + "---\na: [\n", want: "document 2: "},
		"a key twice":     {config: initDoc + "kind: InitConfiguration\n", want: "document 1: "},
		"two of a kind":   {config: initDoc + "---\n---\n" + initDoc, want: "document 3 (InitConfiguration): there is one already, document 1"},
		"another kind":    {config: initDoc + "---\nkind: ClusterStatus\n", want: "document 2 (ClusterStatus): not a kind that is converted"},
		"no kind":         {config: initDoc + "---\na: 1\n", want: "document 2: not a kind"},
		"old version":     {config: strings.ReplaceAll(clusterDoc, "v1beta3", "v1beta2"), want: `document 1 (ClusterConfiguration): apiVersion "kubeadm.k8s.io/v1beta2" is not converted`},
		"unknown field":   {config: initDoc + "---\n" + clusterDoc + "useHyperKubeImage: true\n", want: "document 2 (ClusterConfiguration): useHyperKubeImage: kubeadm.k8s.io/v1beta3 has no such field"},
		"unknown inner":   {config: clusterDoc + "etcd: {local: {extraArg: {}}}\n", want: "etcd.local.extraArg: "},
		"dns.type":        {config: clusterDoc + "dns: {type: CoreDNS}\n", want: "dns.type: "},
		"not an object":   {config: clusterDoc + "networking: 10.0.0.0/8\n", want: `networking is the text "10.0.0.0/8", not an object`},
		"list for object": {config: joinDoc + "discovery: [a]\n", want: "discovery is a list, not an object"},
		"flags a list":    {config: clusterDoc + "apiServer: {extraArgs: [{name: a, value: b}]}\n", want: "apiServer.extraArgs is a list, not flags"},
		"flag a list":     {config: joinDoc + "nodeRegistration: {kubeletExtraArgs: {a: [b]}}\n", want: "nodeRegistration.kubeletExtraArgs.a is a list, not the value of a flag"},
		"flag an object":  {config: clusterDoc + "etcd: {local: {extraArgs: {a: {b: c}}}}\n", want: "etcd.local.extraArgs.a is an object"},
		"socket a number": {config: initDoc + "nodeRegistration: {criSocket: 7}\n", want: "criSocket is the value 7, not a path"},
		"kubelet version": {config: initDoc + "---\napiVersion: kubelet.config.k8s.io/v1\nkind: KubeletConfiguration\n", want: `document 2 (KubeletConfiguration): apiVersion "kubelet.config.k8s.io/v1" is not known`},
		"too large":       {config: initDoc + strings.Repeat("#\n", MaxInput/2), want: "more than 1048576"},
		"patch not YAML":  {config: initDoc, patch: "a: [", want: "patch p.yaml: document 1: "},
		"patch of what":   {config: initDoc, patch: "nodeRegistration: {}", want: `patch p.yaml: document 1: kind "" cannot be patched`},
		"patch too old":   {config: initDoc, patch: initDoc, want: "patches are written for kubeadm.k8s.io/v1beta4"},
		"patch with list": {config: clusterDoc, patch: "kind: ClusterConfiguration\napiServer: {extraArgs: [a]}", want: "patch p.yaml: document 1 (ClusterConfiguration): document 1 (ClusterConfiguration): apiServer.extraArgs is a list"},
		"patch to text":   {config: initDoc, patch: "kind: InitConfiguration\nnodeRegistration: {kubeletExtraArgs: all}", want: `kubeletExtraArgs is the text "all", not flags`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Convert([]byte(test.config), Options{Patches: []Patch{{Name: "p.yaml", Data: []byte(test.patch)}}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}

// TestDetails pins single rules by what the result must and must not contain.
func TestDetails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config, patch string
		opts          Options
		has, hasNot   []string
	}{
		"quotes lost in the shell": {
			config: joinDoc + "nodeRegistration:\n  kubeletExtraArgs:\n    max-pods: 220\n    big: 8589934592\n    ratio: 0.5\n    v: true\n    empty:\n",
			has:    []string{`value: "220"`, `value: "8589934592"`, `value: "0.5"`, `value: "true"`, `value: ""`},
		},
		"a gate somebody chose": {
			config: clusterDoc + "scheduler: {extraArgs: {feature-gates: 'A=true,TTLAfterFinished=true, B=false'}}\n",
			has:    []string{"A=true, B=false"},
		},
		"signing: sealer's, and the image's": {
			config: clusterDoc + "controllerManager: {extraArgs: {experimental-cluster-signing-duration: 876000h, cluster-signing-duration: 1h}}\n",
			has:    []string{"value: 1h"}, hasNot: []string{"876000h"},
		},
		"signing: the user's, by its old name": {
			config: clusterDoc + "controllerManager: {extraArgs: {experimental-cluster-signing-duration: 5h, cluster-signing-duration: 1h}}\n",
			has:    []string{"value: 5h"}, hasNot: []string{"1h"},
		},
		"a timeout, without an InitConfiguration": {
			config: clusterDoc + "apiServer: {timeoutForControlPlane: 9m0s}\n",
			has:    []string{"kind: InitConfiguration\ntimeouts:\n  controlPlaneComponentHealthCheck: 9m0s\n---\n"},
		},
		"a socket of one's own": {
			config: initDoc + "nodeRegistration: {criSocket: /run/crio/crio.sock}\n",
			has:    []string{"criSocket: unix:///run/crio/crio.sock"},
		},
		"a socket given": {
			config: joinDoc + "nodeRegistration: {criSocket: unix:///var/run/dockershim.sock}\n",
			opts:   Options{CRISocket: "unix:///x"},
			has:    []string{"criSocket: unix:///x\n"},
		},
		"no taints": {
			config: joinDoc + "nodeRegistration: {taints: []}\n",
			has:    []string{"taints: []"},
		},
		"a marker with a comment": {
			config: "--- # first\n" + initDoc + "---\n" + clusterDoc,
			has:    []string{"kind: InitConfiguration", "kind: ClusterConfiguration"},
		},
		"a patch that makes a part": {
			config: clusterDoc,
			patch:  "kind: ClusterConfiguration\nscheduler: {extraArgs: {v: 4, gone: null}}\n",
			has:    []string{"scheduler:\n  extraArgs:\n  - name: v\n    value: \"4\"\n"}, hasNot: []string{"gone"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.opts.Patches = []Patch{{Name: "p.yaml", Data: []byte(test.patch)}}
			out, err := Convert([]byte(test.config), test.opts)
			if err != nil {
				t.Fatal(err)
			}
			for _, has := range test.has {
				if !strings.Contains(string(out), has) {
					t.Errorf("want %q in\n%s", has, out)
				}
			}
			for _, not := range test.hasNot {
				if strings.Contains(string(out), not) {
					t.Errorf("want no %q in\n%s", not, out)
				}
			}
		})
	}
}

func TestHostCIDR(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"10.103.97.2/32":   "10.103.97.2/32",
		"fd00::1/32":       "fd00::1/128",
		"2001:db8::/32":    "2001:db8::/32",
		"fd00::1/64":       "fd00::1/64",
		"something/32":     "something/32",
		"1248:4003::2/128": "1248:4003::2/128",
	} {
		if got := hostCIDR(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// FuzzConvert: whatever the input, no panic, and what comes out is converted.
func FuzzConvert(f *testing.F) {
	f.Add(initDoc+"---\n"+clusterDoc, imagePatch)
	f.Add(joinDoc+"nodeRegistration: {kubeletExtraArgs: {a: 1}}", "kind: JoinConfiguration\nnodeRegistration: null")
	f.Add(clusterDoc+"etcd: {local: null, external: {}}\napiServer: null", "kind: ClusterConfiguration\netcd: 1")
	f.Fuzz(func(t *testing.T, config, patch string) {
		out, err := Convert([]byte(config), Options{Patches: []Patch{{Data: []byte(patch)}}})
		if err != nil {
			return
		}
		if old, err := Old(out); old || err != nil {
			t.Errorf("Old = %v, %v of\n%s", old, err, out)
		}
	})
}
