package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestCertgen creates a secret once, with a certificate that its signer vouches
// for, and tells webhooks.
func TestCertgen(t *testing.T) {
	t.Parallel()
	var secret []byte
	made := 0
	patched := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t" {
			t.Errorf("authorization %q", r.Header.Get("Authorization"))
		}
		switch {
		case r.Method == http.MethodPost && r.URL.Path == "/api/v1/namespaces/n/secrets":
			secret = make([]byte, r.ContentLength)
			for n := 0; n < len(secret); {
				m, _ := r.Body.Read(secret[n:])
				n += m
			}
			made++
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/secrets/s") && secret != nil:
			w.Write(secret)
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "webhookconfigurations/w"):
			w.Write([]byte(`{"kind": "K", "webhooks": [{"name": "a", "clientConfig": {"url": "u"}}, {"name": "b", "clientConfig": {}}]}`))
		case r.Method == http.MethodPut:
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			patched[r.URL.Path[strings.LastIndex(r.URL.Path, "v1/")+3:]] = string(body)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	a := &api{url: server.URL, token: "t"}
	flags := []string{"--host=x,x.n.svc", "--namespace=n", "--secret-name=s", "--cert-name=tls.crt", "--key-name=tls.key"}
	for range 2 {
		if err := certgen(t.Context(), a, "create", flags); err != nil {
			t.Fatal(err)
		}
	}
	var got struct{ Data map[string][]byte }
	if err := json.Unmarshal(secret, &got); err != nil || made != 1 {
		t.Fatalf("%v, made %d times", err, made)
	}
	pair, err := tls.X509KeyPair(got.Data["tls.crt"], got.Data["tls.key"])
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(got.Data["ca"])
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "x.n.svc"}); err != nil {
		t.Error(err)
	}
	if err := certgen(t.Context(), a, "patch", []string{"--webhook-name=w", "--namespace=n", "--secret-name=s", "--patch-failure-policy=Fail"}); err != nil {
		t.Fatal(err)
	}
	ca := base64.StdEncoding.EncodeToString(got.Data["ca"])
	want := fmt.Sprintf(`{"kind":"K","webhooks":[{"clientConfig":{"caBundle":%q,"url":"u"},"failurePolicy":"Fail","name":"a"},{"clientConfig":{"caBundle":%[1]q},"failurePolicy":"Fail","name":"b"}]}`, ca)
	for _, kind := range []string{"mutating", "validating"} {
		if got := patched[kind+"webhookconfigurations/w"]; got != want {
			t.Errorf("%s: %s", kind, got)
		}
	}
	if err := certgen(t.Context(), a, "patch", []string{"--webhook-name=w", "--namespace=n", "--secret-name=none"}); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("error %v", err)
	}
}
