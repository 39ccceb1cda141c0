package vip

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// Service is a virtual address and what is behind it.
type Service struct {
	// Address is the virtual address and the port.
	Address netip.AddrPort `json:"address"`
	// Backends are the real ones, sorted; at least one, of the same family.
	Backends []netip.AddrPort `json:"backends"`
	// Scheme is "http" or "https": how backends are asked whether they work.
	Scheme string `json:"scheme"`
	// Path is what they are asked for. Any answer that is not a 5xx will do.
	Path string `json:"path"`
}

// maxBackends bounds the masters of a cluster; more is a mistake.
const maxBackends = 64

// Check tells what is wrong with a service.
func (s *Service) Check() error {
	switch {
	case !s.Address.IsValid() || s.Address.Port() == 0:
		return errors.New("no virtual address and port")
	case len(s.Backends) == 0:
		return fmt.Errorf("%s: no backends", s.Address)
	case len(s.Backends) > maxBackends:
		return fmt.Errorf("%s: %d backends, more than %d", s.Address, len(s.Backends), maxBackends)
	case s.Scheme != "http" && s.Scheme != "https":
		return fmt.Errorf("%s: scheme %q is not http or https", s.Address, s.Scheme)
	}
	for _, b := range s.Backends {
		switch {
		case !b.IsValid() || b.Port() == 0:
			return fmt.Errorf("%s: backend %s has no address and port", s.Address, b)
		case b.Addr().Is4() != s.Address.Addr().Is4():
			return fmt.Errorf("%s: backend %s is of the other family of addresses", s.Address, b)
		case b == s.Address:
			return fmt.Errorf("%s: is its own backend", s.Address)
		}
	}
	return nil
}

// Parse makes a service out of texts, such as "10.103.97.2:6443".
func Parse(address string, backends []string, scheme, path string) (*Service, error) {
	s := &Service{Scheme: scheme, Path: path}
	var err error
	if s.Address, err = netip.ParseAddrPort(address); err != nil {
		return nil, fmt.Errorf("virtual address %q: %w", address, err)
	}
	for _, text := range backends {
		b, err := netip.ParseAddrPort(text)
		if err != nil {
			return nil, fmt.Errorf("backend %q: %w", text, err)
		}
		s.Backends = append(s.Backends, b)
	}
	slices.SortFunc(s.Backends, netip.AddrPort.Compare)
	s.Backends = slices.Compact(s.Backends)
	return s, s.Check()
}
