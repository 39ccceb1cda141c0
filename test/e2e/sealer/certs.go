package sealer

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

const years = 100

// registryCertificate makes the certificate of the registry, which signs
// itself and is its own authority.
func registryCertificate(certificate, key string) error {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	signed, err := sign(&x509.Certificate{
		Subject:               pkix.Name{CommonName: "registry-ca"},
		DNSNames:              []string{registryDomain},
		KeyUsage:              x509.KeyUsageKeyEncipherment | x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		IsCA:                  true,
		BasicConstraintsValid: true,
	}, nil, &private.PublicKey, private)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(key), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(key, keyPEM(private), 0o600); err != nil {
		return err
	}
	return os.WriteFile(certificate, signed, 0o644)
}

// sign makes a certificate; a parent of nil is the certificate itself.
func sign(c, parent *x509.Certificate, public *rsa.PublicKey, signer crypto.Signer) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 62))
	if err != nil {
		return nil, err
	}
	c.SerialNumber = serial
	c.NotBefore = time.Now().Add(-time.Minute).UTC()
	c.NotAfter = c.NotBefore.AddDate(years, 0, 0)
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, public, signer)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

func keyPEM(private *rsa.PrivateKey) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)})
}

// kubeconfigs makes the four files by which programs reach the API server
// (pkg/clustercert/kubeconfig.go), signed by the cluster's authority. Those that
// are there stay.
func kubeconfigs(dir, pki, node string) error {
	authority, err := os.ReadFile(filepath.Join(pki, "ca.crt"))
	if err != nil {
		return err
	}
	ca, signer, err := readAuthority(authority, filepath.Join(pki, "ca.key"))
	if err != nil {
		return err
	}
	for name, subject := range map[string]pkix.Name{
		"admin.conf":              {CommonName: "kubernetes-admin", Organization: []string{"system:masters"}},
		"controller-manager.conf": {CommonName: "system:kube-controller-manager"},
		"scheduler.conf":          {CommonName: "system:kube-scheduler"},
		"kubelet.conf":            {CommonName: "system:node:" + node, Organization: []string{"system:nodes"}},
	} {
		target := filepath.Join(dir, name)
		if _, err := os.Stat(target); err == nil {
			continue
		}
		private, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return err
		}
		signed, err := sign(&x509.Certificate{
			Subject:     subject,
			KeyUsage:    x509.KeyUsageKeyEncipherment | x509.KeyUsageDigitalSignature,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		}, ca, &private.PublicKey, signer)
		if err != nil {
			return err
		}
		config := api.NewConfig()
		config.Clusters["kubernetes"] = &api.Cluster{Server: "https://" + apiDomain + ":" + apiPort, CertificateAuthorityData: authority}
		config.AuthInfos[subject.CommonName] = &api.AuthInfo{ClientCertificateData: signed, ClientKeyData: keyPEM(private)}
		config.CurrentContext = subject.CommonName + "@kubernetes"
		config.Contexts[config.CurrentContext] = &api.Context{Cluster: "kubernetes", AuthInfo: subject.CommonName}
		if err := clientcmd.WriteToFile(*config, target); err != nil {
			return err
		}
	}
	return nil
}

func readAuthority(certificate []byte, keyFile string) (*x509.Certificate, crypto.Signer, error) {
	block, _ := pem.Decode(certificate)
	if block == nil {
		return nil, nil, fmt.Errorf("no certificate beside %s", keyFile)
	}
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, nil, err
	}
	data, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, nil, err
	}
	if block, _ = pem.Decode(data); block == nil {
		return nil, nil, fmt.Errorf("no key in %s", keyFile)
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return ca, key, nil
	}
	key, err := x509.ParseECPrivateKey(block.Bytes)
	return ca, key, err
}
