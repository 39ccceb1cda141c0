package step

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// resetFile is there while kubeadm resets a host.
const resetFile = "run/opc-kubeadm-reset.yaml"

// resetConfig is what sealer's "-f" says, and that etcd is not waited for long.
// sealer resets all masters at the same time: the last of them cannot take
// itself out of an etcd whose others have gone, and kubeadm would try for two
// minutes. A master that is removed alone needs a second or two.
const resetConfig = `apiVersion: kubeadm.k8s.io/v1beta4
kind: ResetConfiguration
force: true
timeouts:
  etcdAPICall: 15s
`

// reset undoes what init or join did. kubeadm takes no flags beside a
// configuration, so somebody who gives others than sealer does gets those alone.
func (s *Step) reset(ctx context.Context, c *call) error {
	args := c.args
	if words, ok := asSealerResets(args); ok {
		name := s.path(resetFile)
		err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), write(name, []byte(resetConfig)))
		if err != nil {
			return err
		}
		defer os.Remove(name)
		args = append(words, "--config="+name)
	}
	if err := s.Host.Run(ctx, s.path(Real), args); err != nil {
		return err
	}
	return s.remove(Marker)
}

// asSealerResets gives the words of a reset without "-f", when there is that and
// no more than how much is logged.
func asSealerResets(args []string) ([]string, bool) {
	var words []string
	force := false
	for i := 0; i < len(args); i++ {
		switch word := args[i]; {
		case word == "-f" || word == "--force":
			force = true
		case word == "reset" || strings.HasPrefix(word, "-v=") || strings.HasPrefix(word, "--v="):
			words = append(words, word)
		case (word == "-v" || word == "--v") && i+1 < len(args):
			words = append(words, word, args[i+1])
			i++
		default:
			return nil, false
		}
	}
	return words, force
}
