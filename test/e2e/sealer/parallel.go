package sealer

import (
	"golang.org/x/sync/errgroup"

	"github.com/opc-source/opc-image/test/e2e/host"
)

// all does something on hosts at the same time, as sealer does where it can.
func all(hosts []*host.Host, do func(h *host.Host) error) error {
	var group errgroup.Group
	for _, h := range hosts {
		group.Go(func() error { return do(h) })
	}
	return group.Wait()
}
