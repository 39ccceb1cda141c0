package vip

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// kernel is a Balancer and a Router that notes what it is told.
type kernel struct {
	has   map[netip.AddrPort]bool
	calls []string
	fail  error
}

func (k *kernel) Set(a netip.AddrPort, b []netip.AddrPort) error {
	k.calls = append(k.calls, fmt.Sprint("set ", a, " ", b))
	if k.fail == nil {
		k.has[a] = true
	}
	return k.fail
}

func (k *kernel) Has(a netip.AddrPort) (bool, error) { return k.has[a], nil }

func (k *kernel) Delete(a netip.AddrPort) error {
	k.calls = append(k.calls, fmt.Sprint("delete ", a))
	delete(k.has, a)
	return k.fail
}

func (k *kernel) Ensure(a, b netip.Addr) error {
	return nil
}

// TestRounds tells a story, round by round.
func TestRounds(t *testing.T) {
	t.Parallel()
	api := "10.0.0.9:6443"
	two := []string{"10.0.0.1:6443", "10.0.0.2:6443"}
	saved := []Saved{{Service: *service(t, api, two...), Time: time.Unix(1, 0)}}
	var wrong error
	k := &kernel{has: map[netip.AddrPort]bool{}}
	var lines []string
	c := Carer{
		Balancer: k, Router: k, Report: func(line string) { lines = append(lines, line) },
		Services: func() ([]Saved, error) { return saved, wrong }, last: map[netip.AddrPort]applied{},
	}
	for _, step := range []struct {
		name   string
		change func()
		alive  []string
		calls  []string
		lines  []string
	}{
		{name: "first", alive: two, calls: []string{"set " + api + " [10.0.0.1:6443 10.0.0.2:6443]"}, lines: []string{api + ": goes to [10.0.0.1:6443 10.0.0.2:6443]"}},
		{name: "the same", alive: two},
		{name: "one dies", alive: two[1:], calls: []string{"set " + api + " [10.0.0.2:6443]"}, lines: []string{api + ": goes to [10.0.0.2:6443]"}},
		{
			name: "sealer sets it again, dead one and all", alive: two[1:],
			change: func() { saved[0].Time = time.Unix(2, 0) }, calls: []string{"set " + api + " [10.0.0.2:6443]"},
		},
		{
			name: "somebody flushes", alive: two[1:], change: func() { clear(k.has) },
			calls: []string{"set " + api + " [10.0.0.2:6443]"}, lines: []string{api + ": gone from the kernel"},
		},
		{name: "all die", calls: []string{"set " + api + " [10.0.0.1:6443 10.0.0.2:6443]"}, lines: []string{api + ": goes to [10.0.0.1:6443 10.0.0.2:6443]"}},
		{name: "unreadable", change: func() { wrong = errors.New("bad disk") }, lines: []string{"cannot read the services: bad disk"}},
		{
			name: "the kernel refuses", alive: two[:1], change: func() { wrong, k.fail = nil, errors.New("no nf_tables") },
			calls: []string{"set " + api + " [10.0.0.1:6443]"}, lines: []string{api + ": no nf_tables"},
		},
		{name: "and again", alive: two[:1], calls: []string{"set " + api + " [10.0.0.1:6443]"}, lines: []string{api + ": no nf_tables"}},
		{
			name: "no longer", change: func() { saved, k.fail = nil, nil },
			calls: []string{"delete " + api}, lines: []string{api + ": no longer wanted"},
		},
		{name: "nothing"},
	} {
		k.calls, lines = nil, nil
		if step.change != nil {
			step.change()
		}
		c.round(func(*Saved) []netip.AddrPort { return aps(step.alive...) })
		if diff := cmp.Diff(step.calls, k.calls); diff != "" {
			t.Errorf("%s: calls (-want +got)\n%s", step.name, diff)
		}
		if diff := cmp.Diff(step.lines, lines); diff != "" {
			t.Errorf("%s: report (-want +got)\n%s", step.name, diff)
		}
	}
}

// TestStandby: while another takes care nothing is done, afterwards everything anew.
func TestStandby(t *testing.T) {
	t.Parallel()
	other := false
	k := &kernel{has: map[netip.AddrPort]bool{}}
	c := Carer{
		Balancer: k, Router: k, Report: func(string) {}, Standby: func() bool { return other }, last: map[netip.AddrPort]applied{},
		Services: func() ([]Saved, error) {
			return []Saved{{Service: *service(t, "10.0.0.9:1", "10.0.0.1:1")}}, nil
		},
	}
	all := func(s *Saved) []netip.AddrPort { return s.Backends }
	for i, want := range []int{1, 1, 1, 2} {
		other = i == 1 || i == 2
		c.round(all)
		if len(k.calls) != want {
			t.Errorf("round %d: %v", i, k.calls)
		}
	}
}

// TestRun: ready comes after the first round, rounds come at the interval, and
// the kernel keeps what it has at the end.
func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
		defer cancel()
		k := &kernel{has: map[netip.AddrPort]bool{}}
		rounds, readyAt := 0, -1
		c := Carer{
			Balancer: k, Router: k, Report: func(string) {}, Ready: func() { readyAt = rounds },
			Services: func() ([]Saved, error) { rounds++; return nil, nil },
		}
		if err := c.Run(ctx); err != nil {
			t.Error(err)
		}
		if readyAt != 1 || rounds != 4 { // At once, 0, 5 and 10 seconds.
			t.Errorf("%d rounds, ready after %d", rounds, readyAt)
		}
		if len(k.calls) > 0 {
			t.Errorf("%v", k.calls)
		}
	})
}
