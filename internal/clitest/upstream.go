package clitest

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/opc-source/opc-image/images"
	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/rehearse"
	"github.com/opc-source/opc-image/pkg/remote"
)

// Upstream is an upstream of stand-ins at their published size. Counts are from
// its start.
type Upstream struct {
	*rehearse.Upstream

	mu    sync.Mutex
	rules []*Rule
}

// Inventory lists what components take from upstream. Names are those of this
// package's catalog, of layers, and of the built-in catalog.
func Inventory(names []string, layers ...fs.FS) (rehearse.Inventory, error) {
	own, err := fs.Sub(catalogFS, "catalog")
	if err != nil {
		return rehearse.Inventory{}, err
	}
	all, err := catalog.Load(append([]fs.FS{images.FS, own}, layers...)...)
	if err != nil {
		return rehearse.Inventory{}, err
	}
	var components []*catalog.Component
	for _, name := range names {
		c, err := all.Get(name)
		if err != nil {
			return rehearse.Inventory{}, err
		}
		components = append(components, c)
	}
	return rehearse.FromComponents(components), nil
}

// Start starts an upstream.
func Start(ctx context.Context, inventory rehearse.Inventory) (*Upstream, error) {
	u := &Upstream{}
	var err error
	if u.Upstream, err = rehearse.New(inventory, rehearse.Options{Divisor: 1, Fault: u.fault}); err != nil {
		return nil, err
	}
	return u, u.Upstream.Start(ctx)
}

// Fail adds rules by which answers go wrong.
func (u *Upstream) Fail(rules ...Rule) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, r := range rules {
		u.rules = append(u.rules, &r)
	}
}

// Heal takes all rules away.
func (u *Upstream) Heal() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.rules = nil
}

func (u *Upstream) fault(r *http.Request, _ int) rehearse.Fault {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, rule := range u.rules {
		if rule.applies(r) {
			return rule.Fault
		}
	}
	return rehearse.Fault{}
}

// Gets counts the GET requests whose path has a text.
func (u *Upstream) Gets(text string) int {
	n := 0
	for _, c := range u.Counts() {
		if strings.Contains(c.Path, text) {
			n += c.Gets
		}
	}
	return n
}

// Config is a configuration file that sends everything to the upstream, and
// gives up soon.
func (u *Upstream) Config() ([]byte, error) {
	config := remote.Config{
		Mirrors: u.Mirrors(),
		Limits:  remote.Limits{Attempts: 2, Idle: 2 * time.Second, RetryAfter: time.Second},
	}
	data, err := yaml.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	return data, nil
}
