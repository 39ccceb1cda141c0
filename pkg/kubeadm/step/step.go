// Package step stands between sealer and kubeadm on the hosts.
//
// sealer writes kubeadm's configuration right before it calls kubeadm, at a
// join after every script of the image has run. So what the image wants to
// change about it can only happen in the program called kubeadm: the step. It
// converts the configuration, makes init and join repeatable, and has kubeadm,
// which lies beside it, do everything else.
package step

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
)

// Files of a host, relative to its root.
const (
	// Real is kubeadm itself.
	Real = "usr/local/lib/opc/kubeadm"
	// PatchDir holds the image's and the user's patches, in the order of names.
	PatchDir = "etc/opc/kubeadm/patches"
	// IgnoreFile names preflight checks whose errors are ignored, one a line.
	IgnoreFile = "etc/opc/kubeadm/ignore-preflight-errors"
	// Marker says that init or join ran to its end. "kubeadm reset" through the
	// step removes it, and sealer removes the directory.
	Marker = "etc/kubernetes/opc-kubeadm.done"

	kubernetes = "etc/kubernetes"
)

// Host runs programs. The program of kubeadm is given with its full path.
type Host interface {
	// Become replaces this process; it only returns when that fails.
	Become(program string, args []string) error
	// Run runs a program with this process's input and output.
	Run(ctx context.Context, program string, args []string) error
	// Output runs a program and returns what it prints.
	Output(ctx context.Context, program string, args []string) (string, error)
	// Wait waits a moment before something is tried again.
	Wait(ctx context.Context) error
	// Source is the address from which this host reaches another.
	Source(to string) (netip.Addr, error)
	// Addresses are those of the network interface that has one.
	Addresses(one netip.Addr) ([]netip.Addr, error)
}

// Step is the step on one host.
type Step struct {
	// Host runs the programs.
	Host Host
	// Out gets what sealer reads: a join command.
	Out io.Writer
	// Root is the root of the host's files. Default: "/".
	Root string
	// Hostname is the name of the host.
	Hostname string
}

// Main does what "kubeadm args…" is asked to do.
func (s *Step) Main(ctx context.Context, args []string) error {
	c := parse(args)
	if err := s.convert(c); err != nil {
		return err
	}
	switch {
	case c.aside:
	case c.verb == "init":
		return s.initialize(ctx, c)
	case c.verb == "join":
		return s.join(ctx, c)
	case c.verb == "reset":
		return s.reset(ctx, c)
	case c.verb == "upgrade" && slices.Contains([]string{"apply", "node", "plan"}, c.sub):
		return s.upgrade(c)
	}
	return s.Host.Become(s.path(Real), c.args)
}

func (s *Step) initialize(ctx context.Context, c *call) error {
	if s.exists(Marker) {
		return s.printJoin(ctx)
	}
	return s.perform(ctx, c, s.exists(kubernetes+"/manifests/kube-apiserver.yaml"))
}

func (s *Step) join(ctx context.Context, c *call) error {
	again := false
	for _, left := range []string{"/kubelet.conf", "/bootstrap-kubelet.conf", "/manifests/etcd.yaml"} {
		again = again || s.exists(kubernetes+left)
	}
	if again && s.exists(Marker) && s.isNode(ctx, c) {
		_, err := fmt.Fprintln(s.Out, "opc-kubeadm: this host is a node of the cluster already; nothing was changed")
		return err
	}
	return s.perform(ctx, c, again)
}

// perform runs init or join and notes that it is done.
func (s *Step) perform(ctx context.Context, c *call, again bool) error {
	ignore, err := s.ignored()
	if err != nil {
		return err
	}
	if again {
		left, err := s.leftBehind(c)
		if err != nil {
			return err
		}
		ignore = append(ignore, left...)
	}
	if err := s.remove(Marker); err != nil {
		return err
	}
	if err := s.Host.Run(ctx, s.path(Real), c.ignore(ignore)); err != nil {
		return err
	}
	return write(s.path(Marker), []byte(c.verb+"\n"))
}

// upgrade makes the same preflight checks as init and join, so it ignores the
// same. The configuration is the cluster's, which was converted at init.
func (s *Step) upgrade(c *call) error {
	ignore, err := s.ignored()
	if err != nil {
		return err
	}
	return s.Host.Become(s.path(Real), c.ignore(ignore))
}

func (s *Step) path(name string) string { return filepath.Join("/", s.Root, name) }

func (s *Step) exists(name string) bool {
	_, err := os.Stat(s.path(name))
	return err == nil
}

func (s *Step) remove(name string) error {
	if err := os.Remove(s.path(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
