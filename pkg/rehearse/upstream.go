package rehearse

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/reference"
)

// Options adjust an upstream.
type Options struct {
	// Limit is about how many bytes of unique layers to serve. Sizes are divided
	// by the smallest power of two that stays below it. 0: 256 MiB.
	Limit int64
	// Divisor sets what sizes are divided by, whatever Limit says; 1 keeps them
	// as published.
	Divisor int64
	// Fault is asked before each request is answered, with how often the same
	// method and path were asked for, this time included. nil: nothing fails.
	Fault func(r *http.Request, nth int) Fault
}

// Upstream serves stand-ins. It is an [http.Handler]; [Upstream.Start] gives it
// a port of its own.
type Upstream struct {
	registry *registry
	site     *site
	sums     map[string]sumFunc // by source, as a lock writes it
	handler  http.Handler
	counter  *counter
	server   *http.Server
	address  string
}

var _ http.Handler = (*Upstream)(nil)

// New prepares an upstream for an inventory. It makes nothing yet: a stand-in
// comes to be when it is asked for. It fails when a name or URL of the inventory
// cannot be read.
func New(inv Inventory, opts Options) (*Upstream, error) {
	by := opts.Divisor
	var err error
	if by <= 0 {
		if by, err = divisor(inv, cmp.Or(opts.Limit, 256<<20)); err != nil {
			return nil, err
		}
	}
	gen := newGenerator(by)
	u := &Upstream{registry: newRegistry(), site: newSite(), sums: map[string]sumFunc{}}
	for _, img := range inv.Images {
		if err := u.registry.addImage(gen, img); err != nil {
			return nil, err
		}
	}
	for _, f := range inv.Files {
		f.Images, f.Arguments = u.registry.pinAll(f.Images), u.registry.pinAll(f.Arguments)
		if u.sums[f.URL], err = u.site.addFile(gen, f); err != nil {
			return nil, err
		}
	}
	for _, c := range inv.Charts {
		if err := u.addChart(c); err != nil {
			return nil, err
		}
	}
	mux := http.NewServeMux()
	mux.Handle("/v2/", u.registry)
	mux.Handle("/dl/", u.site)
	u.counter = newCounter(faulty(mux, opts.Fault))
	u.handler = u.counter
	return u, nil
}

// addChart files a chart under the kind of repository its URL names.
func (u *Upstream) addChart(c Chart) (err error) {
	c.Images, c.Arguments = u.registry.pinAll(c.Images), u.registry.pinAll(c.Arguments)
	if repo, ok := strings.CutPrefix(c.Repo, "oci://"); ok {
		u.sums[c.Repo+"/"+c.Name+":"+c.Version], err = u.registry.addChart(repo, c)
		return err
	}
	u.sums[c.Repo+"#"+c.Name+"@"+c.Version], err = u.site.addChart(c)
	return err
}

// ServeHTTP answers one request.
func (u *Upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) { u.handler.ServeHTTP(w, r) }

// Start listens on a free port of the loopback interface and serves there until
// Close.
func (u *Upstream) Start(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("start the stand-in upstream: %w", err)
	}
	u.address = listener.Addr().String()
	u.server = &http.Server{Handler: u, ReadHeaderTimeout: 10 * time.Second}
	go u.server.Serve(listener) //nolint:errcheck // ends with ErrServerClosed
	return nil
}

// Close stops serving and drops all connections.
func (u *Upstream) Close() error {
	if u.server == nil {
		return nil
	}
	return u.server.Close()
}

// Address is the host and port that Start listens on.
func (u *Upstream) Address() string { return u.address }

// Sum is the SHA-256 of the stand-in for a file or chart of the inventory. A
// rehearsal expects it where a component pins the real one's. The source is
// written as in a lock: the URL of a file, repository#chart@version for a chart
// of an HTTP repository, oci://registry/path/chart:version for one of a registry.
func (u *Upstream) Sum(source string) (digest.Digest, error) {
	find := u.sums[source]
	if find == nil {
		return "", fmt.Errorf("%s is not in the rehearsal's inventory", source)
	}
	return find()
}

// Pin is the name under which a rehearsal has an image: a digest in it is
// replaced by the stand-in's, any other name stays as it is. Stand-in charts and
// manifests render names so, too.
func (u *Upstream) Pin(name string) (string, error) {
	ref, err := reference.Parse(name)
	if err != nil || ref.Digest == "" {
		return name, err
	}
	return u.registry.pin(ref)
}

// Counts is what was asked for so far, sorted by path.
func (u *Upstream) Counts() []Count { return u.counter.list() }
