package sealer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/opc-source/opc-image/test/e2e/host"
)

// Rootfs is where the image's files are on each host.
const Rootfs = "/var/lib/sealer/data/my-cluster/rootfs"

// Names and addresses that are sealer's defaults.
const (
	registryDomain = "sea.hub"
	registryPort   = "5000"
	registryURL    = registryDomain + ":" + registryPort
	apiDomain      = "apiserver.cluster.local"
	apiPort        = "6443"
	virtualIP      = "10.103.97.2"
)

// Cluster is what a Clusterfile and the command line say, and who carries it
// out.
type Cluster struct {
	Image   *Image
	Masters []*host.Host
	Workers []*host.Host
	// Env are the variables of the cluster (-e NAME=value).
	Env map[string]string
	// Configs are files that the Clusterfile adds to the image (kind: Config),
	// by their paths in it.
	Configs map[string]string
	// Kubeadm are documents of the Clusterfile for kubeadm, in v1beta3.
	Kubeadm string
	// Out is told what hosts say, line by line with their names. Nil: nobody.
	Out io.Writer
	// Phases are the steps done so far and how long they took.
	Phases []Phase
	// Work is a directory for files of this run, on the file system of the image.
	Work string

	hooks []plugin
	token token
}

// Phase is a step and its duration.
type Phase struct {
	Name string
	Took time.Duration
}

// phase does a step and notes how long it took.
func (c *Cluster) phase(name string, do func() error) error {
	start := time.Now()
	err := do()
	c.Phases = append(c.Phases, Phase{Name: name, Took: time.Since(start)})
	if c.Out != nil {
		fmt.Fprintf(c.Out, "== %-28s %6.1f s\n", name, time.Since(start).Seconds())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// step is a name and what is done.
type step struct {
	name string
	do   func() error
}

func (c *Cluster) steps(list ...step) error {
	for _, s := range list {
		if err := c.phase(s.name, s.do); err != nil {
			return err
		}
	}
	return nil
}

// Hosts are all of them, masters first.
func (c *Cluster) Hosts() []*host.Host { return slices.Concat(c.Masters, c.Workers) }

// env are the variables of the cluster as sealer completes them
// (pkg/clusterfile/decoder.go): those of the image, then those of the user,
// then its own.
func (c *Cluster) env() map[string]string {
	env := map[string]string{}
	maps.Copy(env, c.Image.Extension.Env)
	maps.Copy(env, c.Env)
	for _, prefix := range []string{"LocalRegistry", "Registry"} {
		env[prefix+"Domain"], env[prefix+"Port"], env[prefix+"URL"] = registryDomain, registryPort, registryURL
	}
	return env
}

// forcedPath is the PATH of everything that sealer runs.
const forcedPath = "/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/bin"

// shell makes the command line of utils/ssh/sshcmd.go: variables in front, each
// exported.
func shell(env map[string]string, command string) string {
	all := maps.Clone(env)
	if all == nil {
		all = map[string]string{}
	}
	if all["PATH"] == "" {
		all["PATH"] = forcedPath
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "export %s=%q; ", name, all[name])
	}
	return b.String() + command
}

// Shell runs a command as sealer does, in the home directory of root, and gives
// its standard output.
func (c *Cluster) Shell(ctx context.Context, h *host.Host, env map[string]string, command string) (string, error) {
	cmd := h.Command(ctx, "/bin/bash", "-c", shell(env, command))
	var out strings.Builder
	lines := &lines{name: h.Name, to: c.Out}
	cmd.Stdout = io.MultiWriter(&out, lines)
	cmd.Stderr = lines
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	lines.flush()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return out.String(), fmt.Errorf("%s: %s: %w:\n%s", h.Name, abridge(command), err, lines.last())
	}
	return out.String(), err
}

// inRootfs is a command run in the image's files.
func inRootfs(command string) string { return "cd " + Rootfs + " && " + command }

// file is a path on a host as this machine sees it.
func file(h *host.Host, path string) string { return filepath.Join(h.Root(), path) }

func abridge(command string) string {
	if len(command) > 200 {
		return command[:200] + "…"
	}
	return command
}
