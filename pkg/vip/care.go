package vip

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Balancer makes the kernel spread new connections to a virtual address over
// backends.
type Balancer interface {
	// Set replaces what the address had, at once; at least one backend.
	Set(address netip.AddrPort, backends []netip.AddrPort) error
	// Has tells whether the kernel has the address still: others may have
	// flushed it.
	Has(address netip.AddrPort) (bool, error)
	// Delete takes the address away; that there is none is no error.
	Delete(address netip.AddrPort) error
}

// Router makes the host able to send to a virtual address.
type Router interface {
	// Ensure makes connections to address start from the host's own address
	// towards backend, and adds a route where there is none or another.
	Ensure(address, backend netip.Addr) error
}

// Carer keeps services going. Its fields are set before Run.
type Carer struct {
	Balancer Balancer
	Router   Router
	Prober   Prober
	// Services gives what is wanted now; it is asked in every round.
	Services func() ([]Saved, error)
	// Report gets what changes and what fails, one line each.
	Report func(line string)
	// Standby, when not nil, tells that another process takes care just now; the
	// round is left out then.
	Standby func() bool
	// Ready is called after the first round, when every service works as far as
	// it can. May be nil.
	Ready func()
	// Interval lies between two rounds. Default: 5 seconds.
	Interval time.Duration

	last map[netip.AddrPort]applied
}

// applied is what the kernel was told last.
type applied struct {
	time     time.Time
	backends []netip.AddrPort
}

// Run takes care until ctx ends; what the kernel has then stays. The first
// round does not wait for backends to answer.
func (c *Carer) Run(ctx context.Context) error {
	c.last = map[netip.AddrPort]applied{}
	interval := c.Interval
	if interval == 0 {
		interval = 5 * time.Second
	}
	c.round(func(s *Saved) []netip.AddrPort { return s.Backends })
	if c.Ready != nil {
		c.Ready()
	}
	timer := time.NewTicker(interval)
	defer timer.Stop()
	for {
		c.round(func(s *Saved) []netip.AddrPort { return c.Prober.alive(ctx, s) })
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
	}
}

// round brings the kernel to what is wanted.
func (c *Carer) round(alive func(*Saved) []netip.AddrPort) {
	if c.Standby != nil && c.Standby() {
		clear(c.last)
		return
	}
	services, err := c.Services()
	if err != nil {
		c.Report(fmt.Sprintf("cannot read the services: %v", err))
		return // Go on with what there is.
	}
	wanted := map[netip.AddrPort]bool{}
	for i := range services {
		s := &services[i]
		wanted[s.Address] = true
		if err := c.apply(s, alive(s)); err != nil {
			c.Report(fmt.Sprintf("%s: %v", s.Address, err))
		}
	}
	for address := range c.last {
		if !wanted[address] {
			delete(c.last, address)
			c.Report(fmt.Sprintf("%s: no longer wanted", address))
			if err := c.Balancer.Delete(address); err != nil {
				c.Report(fmt.Sprintf("%s: %v", address, err))
			}
		}
	}
}

// apply sets a service when it is not what the kernel has, or was saved again
// since: whoever saves also sets it, and knows nothing of dead backends.
func (c *Carer) apply(s *Saved, alive []netip.AddrPort) error {
	if len(alive) == 0 {
		alive = s.Backends // None answers: each may be the first to come back.
	}
	routeErr := c.Router.Ensure(s.Address.Addr(), alive[0].Addr())
	last, known := c.last[s.Address]
	if known && last.time.Equal(s.Time) && slices.Equal(last.backends, alive) {
		has, err := c.Balancer.Has(s.Address)
		if err != nil || has {
			return errors.Join(routeErr, err)
		}
		c.Report(fmt.Sprintf("%s: gone from the kernel", s.Address))
	}
	if err := c.Balancer.Set(s.Address, alive); err != nil {
		return errors.Join(routeErr, err)
	}
	if !known || !slices.Equal(last.backends, alive) {
		c.Report(fmt.Sprintf("%s: goes to %v", s.Address, alive))
	}
	c.last[s.Address] = applied{s.Time, alive}
	return routeErr
}
