package clustercert

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestKubeadmAccepts has the kubeadm programs named by KUBEADM_BINARIES (a list
// like PATH) look at our certificates: they must use all of them, for a master
// with these names, and make none.
func TestKubeadmAccepts(t *testing.T) {
	t.Parallel()
	programs := filepath.SplitList(os.Getenv("KUBEADM_BINARIES"))
	if len(programs) == 0 {
		t.Skip("KUBEADM_BINARIES names no kubeadm programs")
	}
	for _, program := range programs {
		t.Run(filepath.Base(program), func(t *testing.T) {
			t.Parallel()
			version, err := exec.Command(program, "version", "--output=short").Output()
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			c := config(filepath.Join(dir, "pki"))
			c.Now = time.Now()
			if err := Generate(c); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, "kubeadm.yaml")
			text := fmt.Sprintf(`apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
nodeRegistration: {name: m2, criSocket: unix:///run/containerd/containerd.sock}
localAPIEndpoint: {advertiseAddress: 10.88.0.12}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: %s
certificatesDir: %s
controlPlaneEndpoint: apiserver.cluster.local:6443
apiServer: {certSANs: [127.0.0.1, apiserver.cluster.local, 10.103.97.2, 10.88.0.11]}
networking: {serviceSubnet: "10.96.0.0/16,fd00:10:96::/112"}
`, strings.TrimSpace(string(version)), c.Dir)
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(program, "init", "phase", "certs", "all", "--config", file).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			// Three authorities and the key of service accounts are among them.
			if n := strings.Count(string(out), "Using existing") + strings.Count(string(out), "Using the existing"); n != len(wanted)+4 || strings.Contains(string(out), "Generating") {
				t.Errorf("%d of %d are used\n%s", n, len(wanted)+4, out)
			}
		})
	}
}
