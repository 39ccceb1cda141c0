package step

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTwoFamilies: the kubelet is told an address of each family the pods have.
func TestTwoFamilies(t *testing.T) {
	t.Parallel()
	const (
		initHead   = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\nlocalAPIEndpoint: {advertiseAddress: 10.88.0.11}\n---\napiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\n"
		joinHead   = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: JoinConfiguration\ndiscovery: {bootstrapToken: {apiServerEndpoint: '10.103.97.2:6443'}}\n"
		joinMaster = joinHead + "controlPlane: {localAPIEndpoint: {advertiseAddress: 10.88.0.12}}\n"
		both       = "PodCIDR=10.244.0.0/16,fd00:10:244::/56\n"
	)
	host := []string{"10.88.0.11", "10.88.0.12", "10.88.0.21", "fd00:88::1", "fd00:88::2"}
	for name, test := range map[string]struct {
		config, kept string
		has          []string
		want         string // "": no addresses are told
		out, err     string // parts of them
	}{
		"init":             {config: initHead + "networking: {podSubnet: '10.0.0.0/8,fd00::/48'}\n", has: host, want: "10.88.0.11,fd00:88::1"},
		"IPv6 first":       {config: initHead + "networking: {podSubnet: 'fd00::/48,10.0.0.0/8'}\n", has: host, want: "fd00:88::1,10.88.0.11"},
		"one family":       {config: initHead + "networking: {podSubnet: 10.0.0.0/8}\n", kept: both, has: host},
		"two of a family":  {config: initHead + "networking: {podSubnet: '10.0.0.0/8,11.0.0.0/8'}\n", has: host},
		"a master joins":   {config: joinMaster, kept: "SingleNode=false\n" + both, has: host, want: "10.88.0.12,fd00:88::1"},
		"a worker joins":   {config: joinHead, kept: both, has: host, want: "10.88.0.21,fd00:88::1"},
		"nothing was kept": {config: joinHead, has: host},
		"no IPv6 here":     {config: joinHead, kept: both, has: host[:3], out: "warning: the pods of this cluster have addresses of two families, the interface with 10.88.0.21 has only one"},
		"no such address":  {config: joinMaster, kept: both, has: host[2:], err: "the interface that has 10.88.0.12: failed as asked"},
		"no way there":     {config: strings.Replace(joinHead, "10.103.97.2", "10.0.0.1", 1), kept: both, has: host, err: `seen from the API server at "10.0.0.1": failed as asked`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root, verb := t.TempDir(), "join"
			if strings.HasPrefix(test.config, initHead) {
				verb = "init"
			}
			put(t, filepath.Join(root, config), test.config)
			put(t, filepath.Join(root, HostFile), test.kept)
			var out strings.Builder
			s := Step{Host: &fakeHost{root: root, has: test.has}, Out: &out, Root: root}
			err := s.Main(t.Context(), []string{verb, "--config=" + filepath.Join(root, config)})
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want %q in it", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(filepath.Join(root, "etc/kubernetes/kubeadm.v1beta4.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			_, told, _ := strings.Cut(string(text), "- name: node-ip\n    value: ")
			if told, _, _ = strings.Cut(told, "\n"); told != test.want {
				t.Errorf("the kubelet is told %q, not %q:\n%s", told, test.want, text)
			}
			// sealer takes what follows these words for a command.
			if !strings.Contains(out.String(), test.out) || strings.Contains(out.String(), "kubeadm join") {
				t.Errorf("printed %q", out.String())
			}
		})
	}
}
