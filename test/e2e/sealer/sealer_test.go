package sealer

import (
	"crypto/x509"
	"encoding/pem"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/opc-source/opc-image/pkg/clustercert"
)

func TestShell(t *testing.T) {
	t.Parallel()
	line := shell(map[string]string{"B": "two words", "A": "1"}, `echo "$A-$B-$PATH"`)
	if !strings.HasPrefix(line, `export A="1"; export B="two words"; export PATH="/sbin`) {
		t.Error(line)
	}
	out, err := exec.Command("/bin/sh", "-c", line).Output()
	if err != nil || string(out) != "1-two words-"+forcedPath+"\n" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestEchoTakesQuotes(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "dir", "file")
	if out, err := exec.Command("/bin/sh", "-c", echo("a: \"1\"\nb: 2\n", name)).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := read(t, name); got != "a: 1\nb: 2\n\n" {
		t.Errorf("%q", got)
	}
}

func TestSetAlias(t *testing.T) {
	t.Parallel()
	table := "127.0.0.1 localhost\n"
	once := string(setAlias([]byte(table), "sea.hub", "10.0.0.1"))
	if once != table+"10.0.0.1 sea.hub #hostalias-set-by-sealer\n" {
		t.Errorf("%q", once)
	}
	if twice := string(setAlias([]byte(once), "sea.hub", "10.0.0.2")); twice != table+"10.0.0.2 sea.hub #hostalias-set-by-sealer\n" {
		t.Errorf("%q", twice)
	}
}

func TestParseJoin(t *testing.T) {
	t.Parallel()
	const output = `Your Kubernetes control-plane has initialized successfully!

  kubeadm join apiserver.cluster.local:6443 --token a.b \
	--discovery-token-ca-cert-hash sha256:1234 \
	--control-plane --certificate-key ` + "0123456789012345678901234567890123456789012345678901234567890123" + `

Please note that the certificate-key gives access to cluster sensitive data, keep it secret!
  kubeadm join other --token c.d --discovery-token-ca-cert-hash sha256:5678
`
	got, err := parseJoin(output)
	want := token{"a.b", []string{"sha256:1234"}, "0123456789012345678901234567890123456789012345678901234567890123"}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(token{})); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}
	for _, bad := range []string{"", "kubeadm join", "kubeadm join x --token a"} {
		if _, err := parseJoin(bad); err == nil {
			t.Errorf("%q has no command", bad)
		}
	}
	if key, err := parseKey("[upload-certs] Using certificate key:\nabc\n"); key != "abc" || err != nil {
		t.Errorf("%q, %v", key, err)
	}
	if _, err := parseKey("nothing"); err == nil {
		t.Error("there is no key")
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{"a.yml.tmpl": `{{ .X }} {{ b64enc .X }}`, "deep/b.tmpl": `{{ or .None "default" }}`, "c": "{{ .X }}"} {
		if err := replace(filepath.Join(dir, name), []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	// A file that has other names is not written to.
	if err := os.WriteFile(filepath.Join(dir, "other"), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(dir, "other"), filepath.Join(dir, "a.yml")); err != nil {
		t.Fatal(err)
	}
	if err := render(dir, map[string]string{"X": "x"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a.yml": "x eA==", "deep/b": "default", "c": "{{ .X }}", "other": "old"} {
		if got := read(t, filepath.Join(dir, name)); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if err := render(filepath.Join(dir, "missing"), nil); err != nil {
		t.Errorf("an image without that directory: %v", err)
	}
}

func TestHooksOfTheBase(t *testing.T) {
	t.Parallel()
	hooks, err := loadHooks("../../../kubefiles/base")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, h := range hooks {
		if h.in("pre-init-host") || h.in("post-install") {
			got = append(got, h.Metadata.Name)
		}
	}
	if diff := cmp.Diff([]string{"00-preflight-master", "00-preflight-node", "90-health-control-plane"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestKubeconfigs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pki := filepath.Join(dir, "pki")
	if err := clustercert.Generate(clustercert.Config{
		Dir: pki, NodeName: "m1", NodeIP: netip.MustParseAddr("10.88.0.11"),
		ServiceCIDRs: []netip.Prefix{netip.MustParsePrefix("10.96.0.0/16")},
	}); err != nil {
		t.Fatal(err)
	}
	if err := kubeconfigs(dir, pki, "m1"); err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(read(t, filepath.Join(pki, "ca.crt"))))
	for name, subject := range map[string]string{"admin.conf": "kubernetes-admin", "kubelet.conf": "system:node:m1"} {
		config, err := clientcmd.LoadFromFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(config.AuthInfos[subject].ClientCertificateData)
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := certificate.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	before := read(t, filepath.Join(dir, "admin.conf"))
	if err := kubeconfigs(dir, pki, "m1"); err != nil || read(t, filepath.Join(dir, "admin.conf")) != before {
		t.Errorf("made again over what is there: %v", err)
	}
}
