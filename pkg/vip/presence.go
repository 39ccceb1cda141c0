package vip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// presence is a socket without a file ("abstract", unix(7)). It belongs to the
// network namespace, which the static pods with lvscare share with the host:
// through it they see whether the host's own service takes care.
const presence = "@opc-vip"

// Announce tells other processes of the host's network that this one takes care,
// until the context ends. It fails when another one does.
func Announce(ctx context.Context) error { return announce(ctx, presence) }

// Announced tells whether another process takes care.
func Announced() bool { return announced(presence) }

func announce(ctx context.Context, name string) error {
	listener, err := net.Listen("unix", name)
	if err != nil {
		return fmt.Errorf("another process takes care of the virtual addresses of this host: %w", err)
	}
	go func() {
		<-ctx.Done()
		_ = listener.Close()
	}()
	go func() {
		for {
			c, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				_ = c.Close()
			}
		}
	}()
	return nil
}

func announced(name string) bool {
	c, err := net.DialTimeout("unix", name, time.Second)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}
