// Package opc is the library behind the opc-image program: compose a plan, lock
// it, fetch what it needs, bake the image, and move, inspect and verify images.
//
//	plan, err := opc.NewComposer().Compose(ctx, opc.Target{Name: "full"})
//	client, err := opc.Open(opc.Options{Store: dir})
//	pins, err := client.Lock(ctx, plan, nil)
//	image, err := client.Build(ctx, plan, pins, "registry.example/opc:v0.1.0")
//	err = client.Push(ctx, image.Name, opc.PushOptions{})
package opc

import (
	"errors"
	"fmt"
	"time"

	"github.com/opc-source/opc-image/pkg/aptget"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/source"
	"github.com/opc-source/opc-image/pkg/store"
)

// What callers may test for with errors.Is.
var (
	// ErrInput marks errors that the caller's input caused.
	ErrInput = errors.New("invalid input")
	// ErrIncomplete tells that an image or the store lacks something.
	ErrIncomplete = errors.New("incomplete")
)

// Options are what a Client is opened with.
type Options struct {
	// Store is the directory of the store; required.
	Store string
	// ReadOnly changes nothing in the store.
	ReadOnly bool
	// Composer makes the client's plans. Nil: one of the built-in catalog.
	Composer *Composer
	// Remote says how registries and download sites are reached.
	Remote remote.Options
	// Created is the time stamp of images; zero is the Unix epoch.
	Created time.Time
	// Client is the name and version of the program, for the record in images.
	Client string
	// Progress and Log are told what goes on. Nil: nobody.
	Progress progress.Func
	Log      func(line string)
	// Standins accepts content from a rehearsal: what an image's component pins
	// by checksum may differ, and images are marked as not real.
	Standins *Standins
}

// Standins tells which pins of the catalog do not hold in a rehearsal.
type Standins struct {
	// Pin gives the checksum, in hexadecimal, of what stands in for a download.
	Pin func(source string) (string, error)
	// PinImage gives the name by which an image pinned by digest is to be asked
	// for.
	PinImage func(name string) (string, error)
}

// Client does the work. It may be used by many goroutines.
type Client struct {
	*Composer
	opts   Options
	store  *store.Store
	remote *remote.Client
	source *source.Source
	apt    *aptget.Client
}

// Open opens a client on a store, which is created when it does not exist.
func Open(opts Options) (*Client, error) {
	if opts.Log == nil {
		opts.Log = func(string) {}
	}
	if opts.Composer == nil {
		opts.Composer = NewComposer()
	}
	if opts.Created.IsZero() {
		opts.Created = time.Unix(0, 0).UTC()
	}
	s, err := store.Open(opts.Store, store.Options{
		ReadOnly: opts.ReadOnly, Progress: opts.Progress,
		NoSync: opts.Standins != nil, // what a rehearsal fetches is worth nothing after a power failure
	})
	if err != nil {
		return nil, err
	}
	r, err := remote.New(opts.Remote)
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	c := &Client{Composer: opts.Composer, opts: opts, store: s, remote: r, apt: aptClient(opts.Log)}
	c.source = source.New(r, source.Local(s))
	return c, nil
}

// Close releases the store and idle connections.
func (c *Client) Close() error {
	c.remote.Close()
	return c.store.Close()
}

// Store is the client's store.
func (c *Client) Store() *store.Store { return c.store }
