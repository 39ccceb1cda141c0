package clustercert

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Config says for whom certificates are made.
type Config struct {
	// Dir is kubeadm's directory of certificates. Default: /etc/kubernetes/pki.
	Dir string
	// EtcdDir is that of etcd. Default: etcd in Dir.
	EtcdDir string
	// NodeName and NodeIP are those of this master.
	NodeName string
	NodeIP   netip.Addr
	// ServiceCIDRs are the networks of Services; the first address of each is
	// the API server's.
	ServiceCIDRs []netip.Prefix
	// DNSDomain is that of the cluster. Default: cluster.local.
	DNSDomain string
	// AltNames are more names and addresses of the API server.
	AltNames []string
	// Now is when. Default: time.Now().
	Now time.Time
}

// Years is how long all certificates last. sealer's do; nothing would renew
// them on clusters that nobody visits.
const Years = 100

func (c *Config) complete() error {
	if c.NodeName == "" || !c.NodeIP.IsValid() {
		return errors.New("certificates need the name and the address of the host")
	}
	if c.Dir == "" {
		c.Dir = "/etc/kubernetes/pki"
	}
	if c.EtcdDir == "" {
		c.EtcdDir = filepath.Join(c.Dir, "etcd")
	}
	if c.DNSDomain == "" {
		c.DNSDomain = "cluster.local"
	}
	if c.Now.IsZero() {
		c.Now = time.Now()
	}
	return nil
}

// Generate makes what is missing or does not fit.
func Generate(c Config) error {
	if err := c.complete(); err != nil {
		return err
	}
	for _, f := range c.families() {
		ca, key, err := authority(f.ca, f.name, c.Now)
		if err != nil {
			return fmt.Errorf("authority %s: %w", f.ca, err)
		}
		for _, l := range f.leaves {
			if err := leaf(l, ca, key, c.Now); err != nil {
				return fmt.Errorf("certificate %s: %w", l.path, err)
			}
		}
	}
	if err := serviceAccounts(filepath.Join(c.Dir, "sa")); err != nil {
		return fmt.Errorf("key of service accounts: %w", err)
	}
	return nil
}

// authority reads an authority, or makes one where there is none. One without
// its key, or a key without it, is not replaced: the cluster may live on it.
func authority(path, name string, now time.Time) (*x509.Certificate, crypto.Signer, error) {
	_, certErr := os.Stat(path + ".crt")
	_, keyErr := os.Stat(path + ".key")
	if errors.Is(certErr, fs.ErrNotExist) && errors.Is(keyErr, fs.ErrNotExist) {
		return newAuthority(path, name, now)
	}
	return readAuthority(path)
}

func readAuthority(path string) (*x509.Certificate, crypto.Signer, error) {
	cert, err := readCert(path)
	if err != nil {
		return nil, nil, err
	}
	key, err := readKey(path)
	if err != nil {
		return nil, nil, err
	}
	if !cert.IsCA || !samePublic(key, cert) {
		return nil, nil, errors.New("certificate and key do not belong together, or it is no authority")
	}
	return cert, key, nil
}

// leaf makes a certificate unless the one there fits.
func leaf(want request, ca *x509.Certificate, key crypto.Signer, now time.Time) error {
	have, err := readCert(want.path)
	if err == nil {
		if k, keyErr := readKey(want.path); keyErr == nil && samePublic(k, have) && want.fits(have, ca, now) {
			return nil
		}
	}
	return want.sign(ca, key, now)
}

// AddNames gives the API server's certificate in dir more names and addresses,
// and tells whether that changed it.
func AddNames(dir string, names []string, now time.Time) (bool, error) {
	path := filepath.Join(dir, "apiserver")
	have, err := readCert(path)
	if err != nil {
		return false, err
	}
	ca, key, err := readAuthority(filepath.Join(dir, "ca"))
	if err != nil {
		return false, fmt.Errorf("authority: %w", err)
	}
	want := request{path: path, name: have.Subject.CommonName, organization: have.Subject.Organization, usages: have.ExtKeyUsage}
	want.hosts = append(want.hosts, have.DNSNames...)
	for _, ip := range have.IPAddresses {
		want.hosts = append(want.hosts, ip.String())
	}
	want.hosts = append(want.hosts, names...)
	for _, name := range names {
		if name == "" || strings.ContainsAny(name, " \t,") {
			return false, fmt.Errorf("%q is neither a name nor an address", name)
		}
	}
	if want.fits(have, ca, now) {
		return false, nil
	}
	return true, want.sign(ca, key, now)
}
