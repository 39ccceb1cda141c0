package vip

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Dir is where services are saved on a host.
const Dir = "/etc/opc/vip"

// maxSaved bounds a saved file, in bytes.
const maxSaved = 64 << 10

// Saved is a service on disk.
type Saved struct {
	Service
	// Time is when it was saved last.
	Time time.Time
}

// Save writes a service into dir, over an older one of the same address.
func Save(dir string, s *Service) error {
	if err := s.Check(); err != nil {
		return err
	}
	return save(filepath.Join(dir, fileName(s.Address)), s)
}

// Load reads the services in dir, in the order of their file names; a directory
// that is not there has none.
func Load(dir string) ([]Saved, error) {
	names, err := list(dir, "service-")
	if err != nil {
		return nil, err
	}
	var all []Saved
	for _, name := range names {
		var s Saved
		if s.Time, err = read(name, &s.Service); err != nil {
			return nil, err
		}
		if err := s.Check(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// Forget removes a saved service; that there is none is no error.
func Forget(dir string, address netip.AddrPort) error {
	err := os.Remove(filepath.Join(dir, fileName(address)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// fileName has no colons: they are awkward in shells.
func fileName(address netip.AddrPort) string {
	return fmt.Sprintf("service-%s-%d.json", strings.ReplaceAll(address.Addr().String(), ":", "_"), address.Port())
}

func list(dir, prefix string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && strings.HasSuffix(e.Name(), ".json") {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names, nil
}

func read(name string, v any) (time.Time, error) {
	info, err := os.Stat(name)
	if err != nil {
		return time.Time{}, err
	}
	if info.Size() > maxSaved {
		return time.Time{}, fmt.Errorf("%s: %d bytes, more than %d", name, info.Size(), maxSaved)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return time.Time{}, err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", name, err)
	}
	return info.ModTime(), nil
}

// save replaces a file at once.
func save(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(data, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
