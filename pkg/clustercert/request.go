package clustercert

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math"
	"math/big"
	"net"
	"slices"
	"time"
)

// keyBits is the size of RSA keys; kubeadm's own default.
const keyBits = 2048

// request is a certificate that there should be.
type request struct {
	path         string // without extension
	name         string // the common name
	organization []string
	usages       []x509.ExtKeyUsage
	hosts        []string // names and addresses, in any order
}

// names sorts the hosts into names and addresses, each once.
func (r *request) names() (names []string, ips []net.IP) {
	hosts := slices.Clone(r.hosts)
	slices.Sort(hosts)
	for _, h := range slices.Compact(hosts) {
		if ip := net.ParseIP(h); ip != nil {
			ips = append(ips, ip)
		} else if h != "" {
			names = append(names, h)
		}
	}
	return names, ips
}

// fits tells whether a certificate is good for what is wanted, for another year.
func (r *request) fits(have, ca *x509.Certificate, now time.Time) bool {
	names, ips := r.names()
	for _, n := range names {
		if !slices.Contains(have.DNSNames, n) {
			return false
		}
	}
	for _, ip := range ips {
		if !slices.ContainsFunc(have.IPAddresses, ip.Equal) {
			return false
		}
	}
	return have.Subject.CommonName == r.name &&
		slices.Equal(have.Subject.Organization, r.organization) &&
		slices.Equal(have.ExtKeyUsage, r.usages) &&
		now.AddDate(1, 0, 0).Before(have.NotAfter) &&
		have.CheckSignatureFrom(ca) == nil
}

// sign makes the certificate with a new key and writes both.
func (r *request) sign(ca *x509.Certificate, caKey crypto.Signer, now time.Time) error {
	names, ips := r.names()
	serial, err := serialNumber()
	if err != nil {
		return err
	}
	return create(r.path, &x509.Certificate{
		Subject:      pkix.Name{CommonName: r.name, Organization: r.organization},
		DNSNames:     names,
		IPAddresses:  ips,
		SerialNumber: serial,
		// As old as the authority: the clocks of hosts may differ.
		NotBefore:   ca.NotBefore,
		NotAfter:    now.AddDate(Years, 0, 0).UTC(),
		KeyUsage:    x509.KeyUsageKeyEncipherment | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: r.usages,
	}, ca, caKey)
}

func newAuthority(path, name string, now time.Time) (*x509.Certificate, crypto.Signer, error) {
	serial, err := serialNumber()
	if err != nil {
		return nil, nil, err
	}
	err = create(path, &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		DNSNames:              []string{name},
		SerialNumber:          serial,
		NotBefore:             now.Add(-5 * time.Minute).UTC(),
		NotAfter:              now.AddDate(Years, 0, 0).UTC(),
		KeyUsage:              x509.KeyUsageKeyEncipherment | x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	return authority(path, name, now)
}

// create signs a certificate with a new key, by itself when there is no
// authority, and writes both.
func create(path string, template, ca *x509.Certificate, caKey crypto.Signer) error {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return err
	}
	if ca == nil {
		ca, caKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca, key.Public(), caKey)
	if err != nil {
		return err
	}
	return writePair(path, key, der)
}

func serialNumber() (*big.Int, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(math.MaxInt64-1))
	if err != nil {
		return nil, err
	}
	return n.Add(n, big.NewInt(1)), nil
}
