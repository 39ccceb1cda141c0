package inventory_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/inventory"
	"github.com/opc-source/opc-image/pkg/sealer"
)

func clusterConfiguration(version string) string {
	return "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\nkubernetesVersion: " + version + "\n" +
		"---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"
}

func TestControlPlane(t *testing.T) {
	t.Parallel()
	plane := []string{
		"registry.k8s.io/coredns/coredns:v1.14.2", "registry.k8s.io/etcd:3.6.8-0", "registry.k8s.io/kube-apiserver:v1.36.3",
		"registry.k8s.io/kube-controller-manager:v1.36.3", "registry.k8s.io/kube-proxy:v1.36.3",
		"registry.k8s.io/kube-scheduler:v1.36.3", "registry.k8s.io/pause:3.10.2",
	}
	for _, test := range []struct {
		name    string
		files   map[string]string
		env     map[string]string
		want    []string
		warning string
	}{
		{"a file", map[string]string{"etc/kubeadm.yml": clusterConfiguration("v1.36.3")}, nil, plane, ""},
		{"a template", map[string]string{"etc/kubeadm.yml.tmpl": clusterConfiguration("{{ .KubeVersion }}")}, map[string]string{"KubeVersion": "v1.36.3"}, plane, ""},
		{"without the variable", map[string]string{"etc/kubeadm.yml.tmpl": clusterConfiguration("{{ .KubeVersion }}")}, nil, []string{}, "write it in full"},
		{"a version that is not known", map[string]string{"etc/kubeadm.yml": clusterConfiguration("v1.22.15")}, nil, []string{}, "known for 1.35"},
		{"not a template", map[string]string{"etc/kubeadm.yml.tmpl": "a: {{ end }}"}, nil, []string{}, "cannot be filled in"},
		{"none", map[string]string{"etc/other.yml": clusterConfiguration("v1.36.3")}, nil, []string{}, ""},
		{
			"an image is left out", map[string]string{
				"etc/kubeadm.yml": clusterConfiguration("v1.36.3"), inventory.ExcludeFile: "registry.k8s.io/etcd:*  # etcd runs elsewhere\n",
			}, nil, append(append([]string{}, plane[0]), plane[2:]...), "",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, err := inventory.Scan(t.Context(), root(test.files), inventory.Options{Extension: sealer.Extension{Env: test.env}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, images(r)); diff != "" {
				t.Errorf("images (-want +got):\n%s", diff)
			}
			if got := strings.Join(r.Warnings, "\n"); (test.warning == "") != (got == "") || !strings.Contains(got, test.warning) {
				t.Errorf("warnings %q, want %q", got, test.warning)
			}
			if err := r.Err(); err != nil {
				t.Error(err)
			}
		})
	}
}
