package opc

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/source"
)

// Upstream is a host that a build asks: a registry, or a site with charts or
// files.
type Upstream struct {
	Host string

	try compose.Download // what to look for on a site; none for a registry
}

// Upstreams are the hosts that a plan takes something from, registries first,
// each kind sorted. Images that are found only when charts are rendered are known
// from the lock, if there is one already.
func Upstreams(plan *compose.Plan, l *lock.Lock) []Upstream {
	domains := append(Registries(plan), lockedRegistries(l)...)
	if plan.Base != "" {
		domains = append(domains, domainsOf(plan.Base)...)
	}
	sites := map[string]bool{}
	var list []Upstream
	for _, d := range plan.Downloads {
		at := d.Source
		if d.Chart != nil {
			at = d.Chart.Repository
		}
		u, err := url.Parse(at)
		switch {
		case err != nil:
		case u.Scheme == "oci":
			domains = append(domains, u.Host)
		case (u.Scheme == "http" || u.Scheme == "https") && !sites[u.Host]:
			sites[u.Host] = true
			list = append(list, Upstream{u.Host, d})
		}
	}
	slices.SortFunc(list, func(a, b Upstream) int { return cmp.Compare(a.Host, b.Host) })
	slices.Sort(domains)
	var registries []Upstream
	for _, domain := range slices.Compact(domains) {
		registries = append(registries, Upstream{Host: domain})
	}
	return append(registries, list...)
}

// CheckUpstream tells whether a host, or a mirror of it, answers: a registry takes
// the credentials there are for it, and a site has what is tried of it.
func (c *Client) CheckUpstream(ctx context.Context, u Upstream) error {
	switch d := u.try; {
	case d.Source == "":
		return c.CheckRegistry(ctx, u.Host)
	case d.Chart != nil:
		return c.source.ChartExists(ctx, source.Chart{Repo: d.Chart.Repository, Name: d.Chart.Name, Version: d.Chart.Version, For: d.For})
	default:
		return c.source.FileExists(ctx, source.File{URL: d.Source, For: d.For})
	}
}

// Registries are the registries that the images which a plan names come from,
// sorted.
func Registries(plan *compose.Plan) []string {
	var list []string
	add := func(names ...string) { list = append(list, domainsOf(names...)...) }
	for _, c := range plan.Components {
		assembled := map[string]bool{}
		for _, b := range c.Build {
			assembled[b.Name] = true
			add(b.From)
		}
		for _, image := range c.Images {
			if !assembled[image.Name] && len(image.PublishedAs) < max(1, len(image.Platforms)) {
				add(image.Name)
			}
			for _, name := range image.PublishedAs {
				add(name)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// lockedRegistries are those of the images in a lock that some registry has.
func lockedRegistries(l *lock.Lock) []string {
	var list []string
	if l == nil {
		return nil
	}
	for _, image := range l.Images {
		if !image.Assembled {
			list = append(list, domainsOf(image.Name)...)
		}
	}
	return list
}

// domainsOf are the registries in the names of images; what cannot be read is
// left out, and so are images that are only in the store.
func domainsOf(names ...string) []string {
	var list []string
	for _, name := range names {
		ref, err := reference.Parse(strings.TrimSpace(name))
		if err == nil && name != "" && ref.Domain != reference.LocalDomain {
			list = append(list, ref.Domain)
		}
	}
	return list
}
