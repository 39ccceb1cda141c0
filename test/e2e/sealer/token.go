package sealer

import (
	"context"
	"fmt"
	"strings"
)

// token is what a host joins with.
type token struct {
	token  string
	hashes []string
	key    string // Of the certificates, for masters.
}

// parseJoin reads the command that kubeadm init and kubeadm token create print
// (pkg/runtime/kubernetes/init.go): it looks for "kubeadm join" and ends at
// "Please note".
func parseJoin(output string) (token, error) {
	_, command, ok := strings.Cut(output, "kubeadm join")
	if !ok {
		return token{}, fmt.Errorf("the output has no \"kubeadm join\":\n%s", output)
	}
	command, _, _ = strings.Cut(command, "Please note")
	var t token
	words := strings.Fields(strings.ReplaceAll(command, "\\", " "))
	for i, word := range words[:max(len(words)-1, 0)] {
		switch word {
		case "--token":
			t.token = words[i+1]
		case "--discovery-token-ca-cert-hash":
			t.hashes = []string{words[i+1]}
		case "--certificate-key":
			t.key = words[i+1][:min(64, len(words[i+1]))]
		}
	}
	if t.token == "" || len(t.hashes) == 0 {
		return token{}, fmt.Errorf("the command has no token: %s", command)
	}
	return t, nil
}

// parseKey reads the key that "kubeadm init phase upload-certs" prints.
func parseKey(output string) (string, error) {
	parts := strings.Split(output, "Using certificate key:")
	if len(parts) != 2 {
		return "", fmt.Errorf("the output has no certificate key:\n%s", output)
	}
	return strings.TrimSpace(parts[1]), nil
}

// freshToken is what scale-up does to join hosts later.
func (c *Cluster) freshToken(ctx context.Context) error {
	out, err := c.Shell(ctx, c.Masters[0], nil, "kubeadm init phase upload-certs --upload-certs -v 0")
	if err != nil {
		return err
	}
	key, err := parseKey(out)
	if err != nil {
		return err
	}
	if out, err = c.Shell(ctx, c.Masters[0], nil, "kubeadm token create --print-join-command -v 0"); err != nil {
		return err
	}
	c.token, err = parseJoin(out)
	c.token.key = key
	return err
}
