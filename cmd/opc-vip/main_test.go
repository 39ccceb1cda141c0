//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/vip"
)

// kernel notes what it is told.
type kernel struct {
	calls     []string
	onDefault bool
	fail      error
}

func (k *kernel) note(words ...string) error {
	k.calls = append(k.calls, strings.Join(words, " "))
	return k.fail
}

func (k *kernel) Ensure(a, b netip.Addr) error { return k.note("ensure", a.String(), b.String()) }
func (k *kernel) Add(a, b netip.Addr) error    { return k.note("add", a.String(), b.String()) }
func (k *kernel) OnDefault(a netip.Addr) (bool, error) {
	return k.onDefault, k.note("check", a.String())
}
func (k *kernel) Has(netip.AddrPort) (bool, error) { return true, nil }
func (k *kernel) Set(a netip.AddrPort, b []netip.AddrPort) error {
	texts := []string{"set", a.String()}
	for _, one := range b {
		texts = append(texts, one.String())
	}
	return k.note(texts...)
}

// services and routing tell the Delete of the one from that of the other.
type services struct{ *kernel }

func (s services) Delete(a netip.AddrPort) error { return s.note("delete", a.String()) }

type routing struct{ *kernel }

func (r routing) Delete(a netip.Addr) error { return r.note("del", a.String()) }

func newHost(t *testing.T) (*host, *kernel, *bytes.Buffer, *bytes.Buffer) {
	t.Helper()
	k, out, errs := &kernel{}, &bytes.Buffer{}, &bytes.Buffer{}
	return &host{dir: t.TempDir(), out: out, errs: errs, kernel: routing{k}, balancer: services{k}, purge: func() error { return k.note("purge") }}, k, out, errs
}

// TestSealersCalls runs the command lines that sealer makes.
func TestSealersCalls(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		line      string
		onDefault bool
		calls     []string
		out, errs string
		saved     int
	}{
		"registry": {
			line:  "ipvs --vs 10.103.97.2:5000 --rs 10.0.0.2:5000 --rs 10.0.0.1:5000 --health-path / --health-schem https --run-once",
			calls: []string{"ensure 10.103.97.2 10.0.0.1", "set 10.103.97.2:5000 10.0.0.1:5000 10.0.0.2:5000"}, saved: 1,
		},
		"API server, IPv6": {
			line:  "ipvs --vs [1248:4003:10bb:6a01:83b9:6360:c66d:2]:6443 --rs [fd00::1]:6443 --health-path /healthz --health-schem https --run-once",
			calls: []string{"ensure 1248:4003:10bb:6a01:83b9:6360:c66d:2 fd00::1", "set [1248:4003:10bb:6a01:83b9:6360:c66d:2]:6443 [fd00::1]:6443"}, saved: 1,
		},
		"on the default route": {line: "route check --host 10.0.0.4", onDefault: true, calls: []string{"check 10.0.0.4"}, out: "ok"},
		"on another":           {line: "route check --host 10.0.0.4", calls: []string{"check 10.0.0.4"}, errs: "failed"},
		"add a route":          {line: "route add --host 10.103.97.2 --gateway 10.0.0.4", calls: []string{"add 10.103.97.2 10.0.0.4"}},
		"delete a route":       {line: "route del --host 10.103.97.2 --gateway 10.0.0.4", calls: []string{"del 10.103.97.2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, k, out, errs := newHost(t)
			k.onDefault = test.onDefault
			for range 2 { // Everything can be repeated.
				if err := h.run(t.Context(), strings.Fields(test.line)); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(append(test.calls, test.calls...), k.calls); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if out.String() != test.out+test.out || errs.String() != test.errs+test.errs {
				t.Errorf("printed %q and %q", out, errs)
			}
			if all, err := vip.Load(h.dir); len(all) != test.saved || err != nil {
				t.Errorf("saved %v, %v", all, err)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"":                           "usage: opc-vip",
		"version":                    `"version" is not a command`,
		"ipvs":                       `virtual address ""`,
		"ipvs --vs 10.0.0.9:1 clean": `unexpected "clean"`,
		"ipvs --no":                  "flag provided but not defined",
		"care --vs 10.0.0.9:1":       "no backends",
		"route":                      "usage: route",
		"route check":                `--host "" is not an IP address`,
		"route check --no":           "flag provided but not defined",
		"route add --host 10.0.0.1":  `--gateway "" is not an IP address`,
		"route add --host ::1 --gateway 10.0.0.1":       "different families",
		"route show --host 10.0.0.2 --gateway 10.0.0.1": `"show" is not check, add or del`,
		"cert":                 "usage: cert",
		"cert sign":            `"sign" is not gen or update`,
		"cert gen --no":        "flag provided but not defined",
		"cert gen --node-ip x": `--node-ip "x" is not an IP address`,
		"cert gen --node-ip 10.0.0.1 --service-cidr 10.0.0.1": `--service-cidr "10.0.0.1"`,
		"cert update": "no --alt-names",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			h, _, _, _ := newHost(t)
			err := h.run(t.Context(), strings.Fields(line))
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q in it", err, want)
			}
		})
	}
}

// TestNoWayYet: a host that cannot reach the masters yet is set up all the same,
// and told about it; one whose kernel refuses is not.
func TestNoWayYet(t *testing.T) {
	t.Parallel()
	h, k, _, errs := newHost(t)
	k.fail = errors.New("nothing goes")
	err := h.run(t.Context(), strings.Fields("ipvs --vs 10.103.97.2:1 --rs 10.0.0.1:1 --run-once"))
	if err == nil || !strings.Contains(errs.String(), "nothing goes") || len(k.calls) != 2 {
		t.Errorf("%v, %q, %v", err, errs, k.calls)
	}
}

// TestCare: both ways to stay and take care set the address first.
func TestCare(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"care --vs 10.103.97.2:5000 --health-path / --health-schem https --rs 10.0.0.1:5000",
		"ipvs --vs 10.103.97.2:5000 --health-path / --health-schem https --rs 10.0.0.1:5000 -c --interval 1 --logger INFO",
	} {
		h, k, _, _ := newHost(t)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := h.run(ctx, strings.Fields(line)); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		want := []string{"ensure 10.103.97.2 10.0.0.1", "set 10.103.97.2:5000 10.0.0.1:5000"}
		if len(k.calls) < 2 || !cmp.Equal(want, k.calls[:2]) {
			t.Errorf("%s: %v", line, k.calls)
		}
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	h, k, _, _ := newHost(t)
	if err := h.run(t.Context(), strings.Fields("ipvs --vs 10.103.97.2:5000 --rs 10.0.0.1:5000 --run-once")); err != nil {
		t.Fatal(err)
	}
	k.calls = nil
	for range 2 {
		if err := h.run(t.Context(), []string{"remove"}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"delete 10.103.97.2:5000", "del 10.103.97.2", "purge", "purge"}, k.calls); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestMode(t *testing.T) {
	t.Parallel()
	h := host{dir: t.TempDir()}
	for text, want := range map[string]vip.Balancer{"": vip.NFT{}, "nftables\n": vip.NFT{}, "ipvs": vip.IPVS{}, "iptables": nil} {
		if err := os.WriteFile(filepath.Join(h.dir, modeFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := h.chosen(); got != want || (err == nil) != (want != nil) {
			t.Errorf("%q: %T, %v", text, got, err)
		}
	}
}

// TestCert makes the certificates of a master by sealer's command line.
func TestCert(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	line := "cert gen  --node-ip 10.88.0.12 --node-name m2 --service-cidr 10.96.0.0/16,fd00::/112 --alt-names 127.0.0.1 --alt-names apiserver.cluster.local --cert-path " + dir
	if err := cert(strings.Fields(line)[1:]); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"apiserver.crt", "etcd/peer.key", "sa.pub"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if err := cert([]string{"update", "--alt-names", "39.105.169.253,sealer.cool", "--cert-path", dir}); err != nil {
		t.Error(err)
	}
}
