package step

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// tries is how often a control plane that is up already is asked whether it is
// ready; Host.Wait lies between.
const tries = 30

// printJoin ends the repeated init of a control plane with what sealer looks
// for in its output: a command to join, with a fresh token and a fresh key of
// the certificates, and the words that end it.
func (s *Step) printJoin(ctx context.Context) error {
	if err := s.awaitAPI(ctx); err != nil {
		return err
	}
	out, err := s.Host.Output(ctx, s.path(Real), []string{"init", "phase", "upload-certs", "--upload-certs"})
	if err != nil {
		return fmt.Errorf("opc-kubeadm: upload the certificates for masters to come: %w", err)
	}
	words := strings.Fields(out)
	if len(words) == 0 || len(words[len(words)-1]) != 64 {
		return errors.New("opc-kubeadm: kubeadm init phase upload-certs did not print a key")
	}
	out, err = s.Host.Output(ctx, s.path(Real), []string{"token", "create", "--print-join-command", "--certificate-key", words[len(words)-1]})
	if err != nil {
		return fmt.Errorf("opc-kubeadm: make a token for hosts to come: %w", err)
	}
	command := lastLine(out)
	if !strings.HasPrefix(command, "kubeadm join ") {
		return errors.New("opc-kubeadm: kubeadm token create did not print a command to join")
	}
	// sealer reads from the first "kubeadm join" to the next "Please note".
	_, err = fmt.Fprintf(s.Out, "opc-kubeadm: this control plane is up already.\n\n  %s\n\nPlease note that nothing was changed.\n", command)
	return err
}

// awaitAPI waits until the API server of this host's cluster is ready.
func (s *Step) awaitAPI(ctx context.Context) error {
	var err error
	for range tries {
		if _, err = s.kubectl(ctx, "admin.conf", "get", "--raw", "/readyz"); err == nil {
			return nil
		}
		if wait := s.Host.Wait(ctx); wait != nil {
			return wait
		}
	}
	return fmt.Errorf("opc-kubeadm: this host has a control plane, but its API server does not answer: %w\n"+
		"look at \"crictl ps -a\" and \"journalctl -u kubelet\"; to begin anew, delete the cluster first (sealer delete)", err)
}

// isNode tells whether the host's own credentials still name it a node of a
// cluster that answers.
func (s *Step) isNode(ctx context.Context, c *call) bool {
	name := c.nodeName
	if name == "" {
		name = strings.ToLower(strings.TrimSpace(s.Hostname))
	}
	_, err := s.kubectl(ctx, "kubelet.conf", "get", "node", name)
	return err == nil
}

func (s *Step) kubectl(ctx context.Context, config string, args ...string) (string, error) {
	return s.Host.Output(ctx, "kubectl", append([]string{"--kubeconfig", s.path(kubernetes + "/" + config), "--request-timeout=5s"}, args...))
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
