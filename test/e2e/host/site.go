package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Site is a network with hosts. All that it has is below one directory, but for
// a network namespace and cgroups while hosts run.
type Site struct {
	Name  string
	dir   string
	hosts []*Host
	// networking is held by the host that makes the network: hosts boot at once.
	networking sync.Mutex
}

func (s *Site) openNetwork() error {
	s.networking.Lock()
	defer s.networking.Unlock()
	return openNetwork(s.network())
}

// Open opens a site, whose files are in dir, with the hosts it has already.
func Open(dir, name string) (*Site, error) {
	if os.Geteuid() != 0 {
		return nil, errors.New("hosts are made by root only: run it with sudo")
	}
	if err := enoughWatches(watches); err != nil {
		return nil, err
	}
	s := &Site{Name: name, dir: filepath.Join(dir, name)}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	states, err := filepath.Glob(filepath.Join(s.dir, "*", "state.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range states {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		h := &Host{site: s, dir: filepath.Dir(name), Name: filepath.Base(filepath.Dir(name))}
		if err := json.Unmarshal(data, &h.state); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		h.IP = h.state.IP
		s.hosts = append(s.hosts, h)
	}
	return s, nil
}

// network names the network namespace of the site, and the cgroups of its hosts:
// another site of the same name, in another directory, has others.
func (s *Site) network() string {
	sum := sha256.Sum256([]byte(s.dir))
	return "opc-e2e-" + s.Name + "-" + hex.EncodeToString(sum[:2])
}

// Hosts lists the hosts by name.
func (s *Site) Hosts() []*Host { return slices.Clone(s.hosts) }

// Host finds a host.
func (s *Site) Host(name string) (*Host, error) {
	for _, h := range s.hosts {
		if h.Name == name {
			return h, nil
		}
	}
	return nil, fmt.Errorf("site %s has no host %s", s.Name, name)
}

// Add makes a host out of a template. It is not running yet.
func (s *Site) Add(ctx context.Context, template, name, ip string) (*Host, error) {
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || name == "" {
		return nil, fmt.Errorf("a host cannot be called %q", name)
	}
	if len(s.Name)+1+len(name) > 12 {
		return nil, fmt.Errorf("%s-%s has more than 12 letters, which do not fit into the name of an interface", s.Name, name)
	}
	for _, other := range s.hosts {
		if other.Name == name || other.IP == ip {
			return nil, fmt.Errorf("there is a host %s with %s already", other.Name, other.IP)
		}
	}
	key, public, err := s.key(ctx)
	if err != nil {
		return nil, err
	}
	h := &Host{Name: name, IP: ip, site: s, dir: filepath.Join(s.dir, name)}
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return nil, err
	}
	// Noted before it is there, so that it is found however far this comes.
	s.hosts = append(s.hosts, h)
	if err := h.save(); err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, "cp", "-a", "--reflink=auto", template, h.Root()).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("copy the template: %w: %s", err, tail(out))
	}
	return h, h.personalize(key, public)
}

// Remove takes a host down and deletes it.
func (s *Site) Remove(h *Host) error {
	if err := h.Cut(); err != nil {
		return err
	}
	s.hosts = slices.DeleteFunc(s.hosts, func(other *Host) bool { return other == h })
	return os.RemoveAll(h.dir)
}

// Close removes all hosts and the network.
func (s *Site) Close() error {
	var errs []error
	for _, h := range s.Hosts() {
		errs = append(errs, s.Remove(h))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return errors.Join(closeNetwork(s.network()), os.RemoveAll(s.dir))
}

// key gives the RSA key by which root of each host may log in to all of them;
// sealer reads no newer kind of key.
func (s *Site) key(ctx context.Context) (private, public []byte, err error) {
	name := filepath.Join(s.dir, "id_rsa")
	if _, err := os.Stat(name); err != nil {
		if out, err := exec.CommandContext(ctx, "ssh-keygen", "-q", "-t", "rsa", "-b", "3072", "-N", "", "-C", "opc-e2e", "-f", name).CombinedOutput(); err != nil {
			return nil, nil, fmt.Errorf("ssh-keygen (apt-get install openssh-client): %w: %s", err, tail(out))
		}
	}
	if private, err = os.ReadFile(name); err != nil {
		return nil, nil, err
	}
	public, err = os.ReadFile(name + ".pub")
	return private, public, err
}
