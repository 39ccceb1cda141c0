// Package repo reads the index of an HTTP chart repository: which versions of a
// chart there are, where their archives lie and what digest they have. It does
// no network and links no renderer.
package repo

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/opencontainers/go-digest"
	"go.yaml.in/yaml/v3"
)

// MaxIndexBytes bounds an index.yaml.
const MaxIndexBytes = 64 << 20

// Entry is one version of a chart.
type Entry struct {
	Name       string
	Version    string
	AppVersion string
	URLs       []string      // absolute, the repository's preference first
	Digest     digest.Digest // of the archive; empty when the index gives none
}

// Index is a parsed index.yaml.
type Index struct {
	base    *url.URL
	entries map[string][]rawEntry
}

// rawEntry is an entry as the index writes it. Other keys are of no use here.
type rawEntry struct {
	Name       string   `yaml:"name"`
	Version    string   `yaml:"version"`
	AppVersion string   `yaml:"appVersion"`
	URLs       []string `yaml:"urls"`
	Digest     string   `yaml:"digest"`
}

// Parse reads index.yaml, which lies directly under the repository address base.
func Parse(r io.Reader, base string) (*Index, error) {
	address, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("chart repository address: %w", err)
	}
	address.Path = strings.TrimSuffix(address.Path, "/") + "/"
	data, err := io.ReadAll(io.LimitReader(r, MaxIndexBytes+1))
	if err != nil {
		return nil, fmt.Errorf("chart repository %s: read index.yaml: %w", base, err)
	}
	if len(data) > MaxIndexBytes {
		return nil, fmt.Errorf("chart repository %s: index.yaml is larger than the %d bytes allowed", base, MaxIndexBytes)
	}
	var doc struct {
		APIVersion string                `yaml:"apiVersion"`
		Entries    map[string][]rawEntry `yaml:"entries"`
	}
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("chart repository %s: index.yaml: %w", base, err)
	}
	if doc.APIVersion == "" {
		return nil, fmt.Errorf("chart repository %s: index.yaml has no apiVersion: is the address that of a repository?", base)
	}
	return &Index{base: address, entries: doc.Entries}, nil
}

// Get returns the version of a chart that fits: one that is spelled exactly so,
// with or without "v", or else the highest that the constraint allows
// ("^1.2", ">=1.0 <2"). Pre-releases only fit a constraint that names one.
// An empty version means the highest release.
func (x *Index) Get(chart, version string) (Entry, error) {
	all := x.entries[chart]
	if len(all) == 0 {
		return Entry{}, fmt.Errorf("chart repository %s has no chart %q", x.base, chart)
	}
	for _, same := range []func(string) bool{
		func(v string) bool { return v == version },
		func(v string) bool { return strings.TrimPrefix(v, "v") == strings.TrimPrefix(version, "v") },
	} {
		if i := slices.IndexFunc(all, func(e rawEntry) bool { return same(e.Version) }); i >= 0 {
			return x.entry(chart, all[i])
		}
	}
	best, err := highest(all, version)
	if err != nil {
		return Entry{}, fmt.Errorf("chart %s: version %q: %w", chart, version, err)
	}
	if best < 0 {
		return Entry{}, fmt.Errorf("chart repository %s: no version of %s fits %q; it has %s", x.base, chart, version, newest(all))
	}
	return x.entry(chart, all[best])
}

// highest is the position of the highest version the constraint allows, or -1.
func highest(all []rawEntry, constraint string) (int, error) {
	if constraint == "" {
		constraint = "*"
	}
	c, err := semver.NewConstraint(constraint)
	if err != nil {
		return -1, fmt.Errorf("neither in the index nor a constraint: %w", err)
	}
	best := -1
	var bestVersion *semver.Version
	for i, e := range all {
		v, err := semver.NewVersion(e.Version)
		if err != nil || !c.Check(v) {
			continue // an index may hold versions that are none; they fit no constraint
		}
		if best < 0 || v.GreaterThan(bestVersion) {
			best, bestVersion = i, v
		}
	}
	return best, nil
}

// newest lists a few versions for an error message.
func newest(all []rawEntry) string {
	const show = 5
	var names []string
	for _, e := range all[:min(show, len(all))] {
		names = append(names, e.Version)
	}
	if len(all) > show {
		names = append(names, fmt.Sprintf("and %d more", len(all)-show))
	}
	return strings.Join(names, ", ")
}
