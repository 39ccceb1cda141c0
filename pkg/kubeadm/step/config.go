package step

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/kubeadm"
)

// convert puts a file with the converted configuration beside the one that the
// call names and has the call name that. sealer reads its own file again at
// scale-up, so it stays as it is. A configuration that is not of an old version
// is nobody's but the user's: it is taken as it is, without patches.
func (s *Step) convert(c *call) error {
	if c.config == "" {
		return nil
	}
	in, err := os.ReadFile(c.config)
	if err != nil {
		return nil // kubeadm will say so.
	}
	fail := func(err error) error { return fmt.Errorf("opc-kubeadm: %s: %w", c.config, err) }
	old, err := kubeadm.Old(in)
	if err != nil {
		return fail(err)
	}
	if !old {
		return nil
	}
	patches, err := s.patches()
	if err != nil {
		return err
	}
	addresses, err := s.nodeIPs(in)
	if err != nil {
		return fail(err)
	}
	out, err := kubeadm.Convert(in, kubeadm.Options{Patches: patches, NodeIPs: addresses})
	if err != nil {
		return fail(err)
	}
	name := strings.TrimSuffix(c.config, filepath.Ext(c.config)) + ".v1beta4.yaml"
	if err := write(name, out); err != nil {
		return fail(err)
	}
	c.config = name
	c.setConfig(name)
	return nil
}

// patches reads the files of PatchDir, in the order of their names.
func (s *Step) patches() ([]kubeadm.Patch, error) {
	entries, err := os.ReadDir(s.path(PatchDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var all []kubeadm.Patch
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); ext != ".yaml" && ext != ".yml" {
			continue
		}
		name := s.path(filepath.Join(PatchDir, e.Name()))
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		all = append(all, kubeadm.Patch{Name: name, Data: data})
	}
	return all, nil
}

// ignored reads IgnoreFile; what follows a # is a comment.
func (s *Step) ignored() ([]string, error) {
	data, err := os.ReadFile(s.path(IgnoreFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var checks []string
	for line := range strings.Lines(string(data)) {
		line, _, _ = strings.Cut(line, "#")
		checks = append(checks, strings.Fields(line)...)
	}
	return checks, nil
}

// leftBehind names the checks that fail over what an init or join leaves that
// was cut off. Its phases can be repeated; its preflight checks do not know.
// All other checks stay.
func (s *Step) leftBehind(c *call) ([]string, error) {
	checks := []string{
		"DirAvailable--etc-kubernetes-manifests",
		"FileAvailable--etc-kubernetes-kubelet.conf",
		"FileAvailable--etc-kubernetes-bootstrap-kubelet.conf",
		"FileAvailable--etc-kubernetes-pki-ca.crt",
		"Port-2379", "Port-2380", "Port-6443", "Port-10250", "Port-10257", "Port-10259",
	}
	for _, pod := range []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"} {
		checks = append(checks, "FileAvailable--etc-kubernetes-manifests-"+pod+".yaml")
	}
	dir := "/var/lib/etcd"
	if c.config != "" {
		config, err := os.ReadFile(c.config)
		if err == nil {
			dir, err = kubeadm.EtcdDataDir(config)
		}
		if err != nil {
			return nil, fmt.Errorf("opc-kubeadm: %s: %w", c.config, err)
		}
	}
	checks = append(checks, "DirAvailable-"+strings.ReplaceAll(dir, "/", "-"))
	slices.Sort(checks)
	return checks, nil
}

// write replaces a file at once. It is for root only: configurations have
// tokens in them.
func write(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".opc-kubeadm-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
