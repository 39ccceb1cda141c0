package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"k8s.io/client-go/util/cert"
)

// certgen does what the program kube-webhook-certgen does in hooks of charts:
// "create" keeps a certificate for hosts in a secret, unless there is one, and
// "patch" tells webhooks who has signed it. Its source is not to be had here.
func certgen(ctx context.Context, api *api, verb string, args []string) error {
	flags := flag.NewFlagSet("certgen", flag.ContinueOnError)
	host := flags.String("host", "", "names, with commas")
	namespace := flags.String("namespace", "", "of the secret")
	secret := flags.String("secret-name", "", "the secret")
	certName := flags.String("cert-name", "cert", "key of the certificate")
	keyName := flags.String("key-name", "key", "key of the private key")
	webhook := flags.String("webhook-name", "", "the configurations of webhooks")
	policy := flags.String("patch-failure-policy", "", "their failure policy")
	if err := flags.Parse(args); err != nil {
		return err
	}
	secrets := "/api/v1/namespaces/" + *namespace + "/secrets"
	var found struct{ Data map[string][]byte }
	err := api.call(ctx, http.MethodGet, secrets+"/"+*secret, nil, &found)
	if verb == "patch" && err == nil {
		return patch(ctx, api, *webhook, *policy, found.Data["ca"])
	}
	if verb == "patch" || err == nil {
		return err
	}
	names := strings.Split(*host, ",")
	chain, key, err := cert.GenerateSelfSignedCertKey(names[0], nil, names[1:])
	if err != nil {
		return err
	}
	// The chain ends with who has signed.
	ca := chain[bytes.LastIndex(chain, []byte("-----BEGIN CERTIFICATE")):]
	return api.call(ctx, http.MethodPost, secrets, map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]string{"name": *secret},
		"data": map[string][]byte{*certName: chain, *keyName: key, "ca": ca},
	}, nil)
}

// patch writes the signer and the failure policy into both configurations. The
// service accounts of hooks may update them, and not patch.
func patch(ctx context.Context, api *api, name, policy string, ca []byte) error {
	for _, kind := range []string{"validating", "mutating"} {
		path := "/apis/admissionregistration.k8s.io/v1/" + kind + "webhookconfigurations/" + name
		var found map[string]any
		if err := api.call(ctx, http.MethodGet, path, nil, &found); err != nil {
			return err
		}
		webhooks, _ := found["webhooks"].([]any)
		for _, w := range webhooks {
			webhook, _ := w.(map[string]any)
			client, ok := webhook["clientConfig"].(map[string]any)
			if !ok {
				return fmt.Errorf("%s: a webhook has no clientConfig", path)
			}
			client["caBundle"] = ca
			if policy != "" {
				webhook["failurePolicy"] = policy
			}
		}
		if err := api.call(ctx, http.MethodPut, path, found, nil); err != nil {
			return err
		}
	}
	return nil
}

// api is an API server.
type api struct {
	url, token string
	client     http.Client
}

// inCluster is the API server of the cluster that this pod is in.
func inCluster() (*api, error) {
	const dir = "/var/run/secrets/kubernetes.io/serviceaccount/"
	token, err := os.ReadFile(dir + "token")
	if err != nil {
		return nil, err
	}
	ca, err := os.ReadFile(dir + "ca.crt")
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return &api{
		url:   "https://" + net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")),
		token: string(token),
		client: http.Client{
			Timeout:   20 * time.Second,
			Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}},
		},
	}, nil
}

// call asks the API server, and reads what it answers into result.
func (a *api) call(ctx context.Context, method, path string, body, result any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, a.url+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := a.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 4<<20))
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, answer)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer, result)
}
