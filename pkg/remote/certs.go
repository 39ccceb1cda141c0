package remote

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// certDirs are directories laid out as docker does: one directory a host, in
// it *.crt for authorities, and NAME.cert with NAME.key to identify ourselves.
// The specification is docker's "Verify repository client with certificates".
type certDirs []string

// files lists what the directories hold for a host, sorted within each.
func (d certDirs) files(host string) []string {
	var files []string
	if strings.ContainsAny(host, `/\`) || host == "" || host == ".." {
		return nil
	}
	for _, dir := range d {
		entries, err := os.ReadDir(filepath.Join(dir, host))
		if err != nil {
			continue // no such directory, or not for us to read
		}
		for _, e := range entries {
			if slices.Contains([]string{".crt", ".cert", ".key"}, filepath.Ext(e.Name())) {
				files = append(files, filepath.Join(dir, host, e.Name()))
			}
		}
	}
	return files
}

// tlsConfig is how to trust a host, nil when nothing is special about it.
func (d certDirs) tlsConfig(h Host) (*tls.Config, error) {
	files := d.files(h.Name)
	if h.CA == "" && !h.Insecure && len(files) == 0 {
		return nil, nil
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: h.Insecure}
	if h.CA != "" {
		files = append(files, h.CA)
	}
	for _, f := range files {
		var err error
		switch {
		case filepath.Ext(f) == ".cert" && f != h.CA:
			err = addClient(cfg, f)
		case filepath.Ext(f) == ".key" && f != h.CA:
		default:
			err = addRoots(cfg, f)
		}
		if err != nil {
			return nil, fmt.Errorf("certificates for %s: %w", h.Name, err)
		}
	}
	return cfg, nil
}

// addRoots trusts the authorities of a PEM file besides the system's.
func addRoots(cfg *tls.Config, file string) error {
	pem, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if cfg.RootCAs == nil {
		if cfg.RootCAs, err = x509.SystemCertPool(); err != nil {
			cfg.RootCAs = x509.NewCertPool()
		}
	}
	if !cfg.RootCAs.AppendCertsFromPEM(pem) {
		return fmt.Errorf("%s holds no PEM certificate", file)
	}
	return nil
}

// addClient adds NAME.cert and the NAME.key beside it.
func addClient(cfg *tls.Config, file string) error {
	pair, err := tls.LoadX509KeyPair(file, strings.TrimSuffix(file, ".cert")+".key")
	if err != nil {
		return err
	}
	cfg.Certificates = append(cfg.Certificates, pair)
	return nil
}
