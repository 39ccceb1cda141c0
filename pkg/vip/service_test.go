package vip

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var compareAddresses = cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })

func TestParse(t *testing.T) {
	t.Parallel()
	s, err := Parse("10.103.97.2:6443", []string{"10.0.0.2:6443", "10.0.0.1:6443", "10.0.0.2:6443"}, "https", "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	want := &Service{Address: ap("10.103.97.2:6443"), Backends: aps("10.0.0.1:6443", "10.0.0.2:6443"), Scheme: "https", Path: "/healthz"}
	if diff := cmp.Diff(want, s, compareAddresses); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for name, test := range map[string]struct {
		address  string
		backends []string
		scheme   string
		want     string
	}{
		"no port":        {"10.0.0.1", []string{"10.0.0.2:1"}, "http", "virtual address"},
		"no address":     {"", []string{"10.0.0.2:1"}, "http", "virtual address"},
		"port 0":         {"10.0.0.1:0", []string{"10.0.0.2:1"}, "http", "no virtual address and port"},
		"a name":         {"10.0.0.1:1", []string{"m1:1"}, "http", `backend "m1:1"`},
		"backend port 0": {"10.0.0.1:1", []string{"10.0.0.2:0"}, "http", "backend 10.0.0.2:0 has no"},
		"no backends":    {"10.0.0.1:1", nil, "http", "10.0.0.1:1: no backends"},
		"two families":   {"10.0.0.1:1", []string{"[fd00::1]:1"}, "http", "other family"},
		"itself":         {"10.0.0.1:1", []string{"10.0.0.1:1"}, "http", "its own backend"},
		"scheme":         {"10.0.0.1:1", []string{"10.0.0.2:1"}, "ftp", `"ftp" is not http or https`},
		"too many": {"10.0.0.1:1", func() (all []string) {
			for range maxBackends + 1 {
				all = append(all, netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, 0, byte(len(all))}), 1).String())
			}
			return all
		}(), "http", "65 backends, more than 64"},
	} {
		if _, err := Parse(test.address, test.backends, test.scheme, "/"); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q in it", name, err, test.want)
		}
	}
}

func TestSaved(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "opc", "vip")
	if all, err := Load(dir); len(all) != 0 || err != nil {
		t.Errorf("nothing saved: %v, %v", all, err)
	}
	four, six := service(t, "10.0.0.9:6443", "10.0.0.1:6443"), service(t, "[fd00::9]:5000", "[fd00::1]:5000", "[fd00::2]:5000")
	for _, s := range []*Service{six, four, service(t, "10.0.0.9:6443", "10.0.0.2:6443"), four} {
		if err := Save(dir, s); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "mode"), []byte("ipvs\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []Saved{{Service: *four}, {Service: *six}}
	if diff := cmp.Diff(want, all, compareAddresses, cmpopts.IgnoreFields(Saved{}, "Time")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for range 2 {
		if err := Forget(dir, six.Address); err != nil {
			t.Error(err)
		}
	}
	if all, err := Load(dir); len(all) != 1 || err != nil {
		t.Errorf("%v, %v", all, err)
	}
	if err := Save(dir, &Service{}); err == nil {
		t.Error("nonsense is saved")
	}
	name := filepath.Join(dir, fileName(four.Address))
	for text, want := range map[string]string{"{": "unexpected end", `{"address": "10.0.0.1:1"}`: "no backends", strings.Repeat(" ", maxSaved+1): "more than 65536"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
}

func ap(text string) netip.AddrPort { return netip.MustParseAddrPort(text) }

func aps(texts ...string) (all []netip.AddrPort) {
	for _, text := range texts {
		all = append(all, ap(text))
	}
	return all
}

func service(t *testing.T, address string, backends ...string) *Service {
	t.Helper()
	s, err := Parse(address, backends, "http", "/")
	if err != nil {
		t.Fatal(err)
	}
	return s
}
