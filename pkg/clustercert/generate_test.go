package clustercert

import (
	"crypto/x509"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func config(dir string) Config {
	return Config{
		Dir: dir, NodeName: "m2", NodeIP: netip.MustParseAddr("10.88.0.12"), Now: now,
		ServiceCIDRs: []netip.Prefix{netip.MustParsePrefix("10.96.0.0/16"), netip.MustParsePrefix("fd00:10:96::/112")},
		AltNames:     []string{"127.0.0.1", "apiserver.cluster.local", "10.103.97.2", "10.88.0.11", "apiserver.cluster.local"},
	}
}

// pattern is generated once, for keys take their time.
var pattern struct {
	sync.Once
	files fstest.MapFS
	err   error
}

// made gives a directory of its own, generated for config.
func made(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	pattern.Do(func() {
		c := config(dir)
		if pattern.err = Generate(c); pattern.err != nil {
			return
		}
		pattern.files = fstest.MapFS{}
		pattern.err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			name, relErr := filepath.Rel(dir, path)
			pattern.files[name] = &fstest.MapFile{Data: data}
			return errors.Join(err, relErr)
		})
	})
	if pattern.err != nil {
		t.Fatal(pattern.err)
	}
	for name, file := range pattern.files {
		mode := fs.FileMode(0o600)
		if strings.HasSuffix(name, ".crt") {
			mode = 0o644
		}
		if err := write(filepath.Join(dir, name), file.Data, mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// wanted are the files of a master, with common name, groups and usages.
var wanted = map[string]string{
	"apiserver":                "ca kube-apiserver [] server",
	"apiserver-kubelet-client": "ca kube-apiserver-kubelet-client [system:masters] client",
	"apiserver-etcd-client":    "etcd/ca kube-apiserver-etcd-client [system:masters] client",
	"etcd/server":              "etcd/ca m2 [] server client",
	"etcd/peer":                "etcd/ca m2 [] server client",
	"etcd/healthcheck-client":  "etcd/ca kube-etcd-healthcheck-client [system:masters] client",
	"front-proxy-client":       "front-proxy-ca front-proxy-client [] client",
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	dir := made(t)
	for name, want := range wanted {
		ca, rest, _ := strings.Cut(want, " ")
		cert := load(t, dir, name)
		roots := x509.NewCertPool()
		roots.AddCert(load(t, dir, ca))
		if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now.AddDate(99, 0, 0), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got := cert.Subject.CommonName + " [" + strings.Join(cert.Subject.Organization, " ") + "]"
		for _, u := range cert.ExtKeyUsage {
			got += map[x509.ExtKeyUsage]string{x509.ExtKeyUsageServerAuth: " server", x509.ExtKeyUsageClientAuth: " client"}[u]
		}
		if got != rest {
			t.Errorf("%s: %s, want %s", name, got, rest)
		}
		key, err := readKey(filepath.Join(dir, name))
		if err != nil || !samePublic(key, cert) {
			t.Errorf("%s: the key is of another certificate: %v", name, err)
		}
	}
	if diff := cmp.Diff([]string{
		"10.103.97.2", "10.88.0.11", "10.88.0.12", "10.96.0.1", "127.0.0.1", "fd00:10:96::1",
		"apiserver.cluster.local", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost", "m2",
	}, hosts(load(t, dir, "apiserver"))); diff != "" {
		t.Errorf("apiserver (-want +got)\n%s", diff)
	}
	for _, name := range []string{"etcd/server", "etcd/peer"} {
		if diff := cmp.Diff([]string{"10.88.0.12", "127.0.0.1", "::1", "localhost", "m2"}, hosts(load(t, dir, name))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// TestAgain: what fits stays, what does not is made anew, authorities always stay.
func TestAgain(t *testing.T) {
	t.Parallel()
	all := []string{"ca", "etcd/ca", "front-proxy-ca", "sa"}
	for name := range wanted {
		all = append(all, name)
	}
	slices.Sort(all)
	for name, test := range map[string]struct {
		change func(*Config, string) error
		anew   []string
	}{
		"nothing":        {func(*Config, string) error { return nil }, nil},
		"another name":   {func(c *Config, _ string) error { c.AltNames = append(c.AltNames, "api.example.com"); return nil }, []string{"apiserver"}},
		"fewer names":    {func(c *Config, _ string) error { c.AltNames = nil; return nil }, nil},
		"another host":   {func(c *Config, _ string) error { c.NodeName = "m3"; return nil }, []string{"apiserver", "etcd/peer", "etcd/server"}},
		"99 years later": {func(c *Config, _ string) error { c.Now = now.AddDate(99, 6, 0); return nil }, slices.DeleteFunc(slices.Clone(all), func(n string) bool { return strings.HasSuffix(n, "ca") || n == "sa" })},
		"a broken file": {func(_ *Config, dir string) error {
			return os.WriteFile(filepath.Join(dir, "front-proxy-client.crt"), nil, 0o600)
		}, []string{"front-proxy-client"}},
		"a foreign key": {func(_ *Config, dir string) error {
			return os.Rename(filepath.Join(dir, "etcd/server.key"), filepath.Join(dir, "etcd/peer.key"))
		}, []string{"etcd/peer", "etcd/server"}},
		"no public key": {func(_ *Config, dir string) error { return os.Remove(filepath.Join(dir, "sa.pub")) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := made(t)
			c := config(dir)
			before := keys(t, dir, all)
			if err := test.change(&c, dir); err != nil {
				t.Fatal(err)
			}
			if err := Generate(c); err != nil {
				t.Fatal(err)
			}
			var anew []string
			for i, key := range keys(t, dir, all) {
				if key != before[i] {
					anew = append(anew, all[i])
				}
			}
			if diff := cmp.Diff(test.anew, anew); diff != "" {
				t.Errorf("made anew (-want +got)\n%s", diff)
			}
			if _, err := os.Stat(filepath.Join(dir, "sa.pub")); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestGenerateRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*Config) error
		want   string
	}{
		"no name":              {func(c *Config) error { c.NodeName = ""; return nil }, "need the name and the address"},
		"no address":           {func(c *Config) error { c.NodeIP = netip.Addr{}; return nil }, "need the name and the address"},
		"authority, no key":    {func(c *Config) error { return os.Remove(filepath.Join(c.Dir, "ca.key")) }, "ca.key"},
		"key, no authority":    {func(c *Config) error { return os.Remove(filepath.Join(c.Dir, "ca.crt")) }, "ca.crt"},
		"not an authority":     {func(c *Config) error { return swap(c.Dir, "ca", "apiserver") }, "authority"},
		"another's key":        {func(c *Config) error { return swap(c.Dir, "ca.key", "front-proxy-ca.key") }, "do not belong together"},
		"an authority too big": {func(c *Config) error { return os.Truncate(filepath.Join(c.Dir, "etcd/ca.crt"), maxPEM+1) }, "more than 1048576"},
		"no PEM":               {func(c *Config) error { return os.WriteFile(filepath.Join(c.Dir, "sa.key"), []byte("x"), 0o600) }, "sa.key: no PEM"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := config(made(t))
			if err := test.change(&c); err != nil {
				t.Fatal(err)
			}
			if err := Generate(c); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q in it", err, test.want)
			}
		})
	}
}

func TestAddNames(t *testing.T) {
	t.Parallel()
	dir := made(t)
	before := load(t, dir, "apiserver")
	if changed, err := AddNames(dir, []string{"m2", "10.88.0.11"}, now); changed || err != nil {
		t.Errorf("names it has: %v, %v", changed, err)
	}
	if changed, err := AddNames(dir, []string{"39.105.169.253", "sealer.cool"}, now); !changed || err != nil {
		t.Errorf("new names: %v, %v", changed, err)
	}
	after := load(t, dir, "apiserver")
	want := append(hosts(before), "39.105.169.253", "sealer.cool")
	got := hosts(after)
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if after.Subject.CommonName != "kube-apiserver" || after.CheckSignatureFrom(load(t, dir, "ca")) != nil {
		t.Errorf("%v", after.Subject)
	}
	if _, err := AddNames(dir, []string{"a b"}, now); err == nil {
		t.Error("a name with a blank is taken")
	}
	if err := os.Remove(filepath.Join(dir, "ca.crt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "ca.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := AddNames(dir, []string{"x"}, now); err == nil {
		t.Error("an authority is made up")
	}
}

// TestOpenSSL has another program read what we write.
func TestOpenSSL(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl")
	}
	dir := t.TempDir()
	c := config(dir)
	c.Now = time.Now()
	if err := Generate(c); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"ca.key": 0o600, "sa.key": 0o600, "sa.pub": 0o600, "etcd/peer.key": 0o600, "ca.crt": 0o644} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	out, err := exec.Command(program, "verify", "-x509_strict", "-purpose", "sslserver", "-verify_ip", "10.96.0.1", "-CAfile", filepath.Join(dir, "ca.crt"), filepath.Join(dir, "apiserver.crt")).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func swap(dir, a, b string) error {
	if filepath.Ext(a) == "" {
		if err := swap(dir, a+".key", b+".key"); err != nil {
			return err
		}
		return swap(dir, a+".crt", b+".crt")
	}
	tmp := filepath.Join(dir, "tmp")
	for _, move := range [][2]string{{filepath.Join(dir, a), tmp}, {filepath.Join(dir, b), filepath.Join(dir, a)}, {tmp, filepath.Join(dir, b)}} {
		if err := os.Rename(move[0], move[1]); err != nil {
			return err
		}
	}
	return nil
}

func load(t *testing.T, dir, name string) *x509.Certificate {
	t.Helper()
	cert, err := readCert(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func keys(t *testing.T, dir string, names []string) []string {
	t.Helper()
	var all []string
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(dir, name+".key"))
		if err != nil {
			b = nil
		}
		all = append(all, string(b))
	}
	return all
}

func hosts(cert *x509.Certificate) []string {
	var ips []string
	for _, ip := range cert.IPAddresses {
		ips = append(ips, net.IP(ip).String())
	}
	slices.Sort(ips)
	names := slices.Clone(cert.DNSNames)
	slices.Sort(names)
	return append(ips, names...)
}
