package opc

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/source"
)

// ProbeStatus is what upstream answered.
type ProbeStatus string

// What upstream may answer.
const (
	ProbeOK          ProbeStatus = "ok"
	ProbeMissing     ProbeStatus = "missing"        // it is not there
	ProbePlatform    ProbeStatus = "wrong platform" // it is there, for other platforms
	ProbeDenied      ProbeStatus = "denied"         // not without credentials
	ProbeUnreachable ProbeStatus = "unreachable"    // nobody answered, or nothing of use
)

// Probe is one thing that components take from upstream, and what upstream says
// of it.
type Probe struct {
	// Components that take it, sorted.
	Components []string `json:"components"`
	// Kind is image, chart or file.
	Kind string `json:"kind"`
	// Name is the image's reference, the address of the file, or the chart's
	// repository, name and version.
	Name string `json:"name"`
	// Platforms that are asked for; empty for charts and files.
	Platforms []string `json:"platforms,omitempty"`
	// Status is upstream's answer.
	Status ProbeStatus `json:"status"`
	// Detail says more: the error, or further platforms that there are.
	Detail string `json:"detail,omitempty"`

	chart source.Chart
}

// ProbeComponents asks upstream for everything that components take from it:
// whether images have their platforms, charts their versions, and files can be
// had. Nothing large is fetched. The result is ordered by kind and name.
func (c *Client) ProbeComponents(ctx context.Context, list []*catalog.Component) ([]Probe, error) {
	probes := probesOf(list)
	meter := c.opts.Progress.Begin(progress.Resolve, len(probes), 0)
	var g errgroup.Group
	g.SetLimit(c.remote.Limits().Total)
	for i := range probes {
		p := &probes[i]
		g.Go(func() error {
			if ctx.Err() == nil {
				c.probe(ctx, p)
				meter.Item(p.Name, "done", string(p.Status))
			}
			return nil
		})
	}
	_ = g.Wait()
	err := context.Cause(ctx)
	meter.End(err)
	return probes, err
}

func (c *Client) probe(ctx context.Context, p *Probe) {
	var err error
	switch p.Kind {
	case "image":
		err = c.probeImage(ctx, p)
	case "chart":
		err = c.source.ChartExists(ctx, p.chart)
	default:
		err = c.source.FileExists(ctx, source.File{URL: p.Name})
	}
	if err != nil {
		p.Status, p.Detail = probeStatus(err), err.Error()
	} else if p.Status == "" {
		p.Status = ProbeOK
	}
}

// probeImage compares the platforms that there are with those asked for.
func (c *Client) probeImage(ctx context.Context, p *Probe) error {
	ref, err := reference.Parse(p.Name)
	if err != nil {
		return err
	}
	have, err := c.source.Platforms(ctx, ref)
	if err != nil {
		return err
	}
	var lacks, more []string
	for _, name := range slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(DefaultPlatforms), p.Platforms...)))) {
		offered := source.Offers(have, platforms.MustParse(name))
		switch asked := slices.Contains(p.Platforms, name); {
		case asked && !offered:
			lacks = append(lacks, name)
		case !asked && offered:
			more = append(more, name)
		}
	}
	if len(lacks) > 0 {
		p.Status, p.Detail = ProbePlatform, "lacks "+strings.Join(lacks, ", ")+"; there is "+formatAll(have)
	} else if len(more) > 0 {
		p.Detail = "there is also " + strings.Join(more, ", ")
	}
	return nil
}

func formatAll(list []ocispec.Platform) string {
	var names []string
	for _, p := range list {
		names = append(names, platforms.Format(p))
	}
	slices.Sort(names)
	if len(names) == 0 {
		return "no platform at all"
	}
	return strings.Join(slices.Compact(names), ", ")
}

func probeStatus(err error) ProbeStatus {
	var unlisted *source.NotFoundError
	switch status := remote.Status(err); {
	case status == http.StatusNotFound, status == http.StatusGone, errors.As(err, &unlisted):
		return ProbeMissing
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return ProbeDenied
	}
	return ProbeUnreachable
}
