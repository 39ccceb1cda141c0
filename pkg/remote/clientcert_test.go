package remote

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// writeKeyPair makes a certificate of its own authority and its key.
func writeKeyPair(t *testing.T, cert, key string) *x509.Certificate {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// TestClientCertificate: NAME.cert and NAME.key of certs.d identify us.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(fixed("content"))
	host := srv.Listener.Addr().String()
	dir := filepath.Join(t.TempDir(), host)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(writeKeyPair(t, filepath.Join(dir, "us.cert"), filepath.Join(dir, "us.key")))
	srv.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	trusted := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	if err := os.WriteFile(filepath.Join(dir, "ca.crt"), trusted, 0o600); err != nil {
		t.Fatal(err)
	}
	c, _ := newClient(t, Options{CertDirs: []string{filepath.Dir(dir)}})
	if got, err := read(t, c, &Request{Method: http.MethodGet, URL: srv.URL}); got != "content" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if err := os.Remove(filepath.Join(dir, "us.key")); err != nil {
		t.Fatal(err)
	}
	c, _ = newClient(t, Options{CertDirs: []string{filepath.Dir(dir)}})
	_, err := read(t, c, get(srv.URL))
	check(t, err, host, "thing: get at HOST: certificates for HOST: open "+filepath.Join(dir, "us.key")+": no such file or directory")
}
