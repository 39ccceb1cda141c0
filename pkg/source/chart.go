package source

import (
	"context"
	"errors"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/chart/repo"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/remote"
)

// Chart is a chart to get.
type Chart struct {
	// Repo is the address of an HTTP chart repository ("https://…"), or
	// "oci://" and the registry and path that hold the chart.
	Repo string
	// Name of the chart. In a registry it is appended to Repo; there it may be
	// empty.
	Name string
	// Version, or a constraint on it in an HTTP repository.
	Version string
	// Digest of the archive, when known: then nothing is looked up.
	Digest digest.Digest
	// For names who wants it, in errors.
	For string
}

// GotChart is the archive of a chart in the store.
type GotChart struct {
	Got
	// Version that was chosen.
	Version string
	// Manifest is the digest of the manifest, for a chart from a registry.
	Manifest digest.Digest
}

// Chart brings the archive of a chart into the store.
func (s *Source) Chart(ctx context.Context, c Chart, m *progress.Meter) (GotChart, error) {
	got := GotChart{Version: c.Version}
	if c.Digest != "" {
		if size, err := s.store.Stat(c.Digest); err == nil {
			got.Got = Got{Digest: c.Digest, Size: size}
			return got, nil
		}
	}
	if address, ok := strings.CutPrefix(c.Repo, "oci://"); ok {
		return s.ociChart(ctx, c, strings.TrimSuffix(address, "/"), m)
	}
	index, err := s.index(ctx, c)
	if err != nil {
		return got, err
	}
	entry, err := index.Get(c.Name, c.Version)
	if err != nil {
		return got, s.chartError(c, err)
	}
	got.Version = entry.Version
	want := c.Digest
	if want == "" {
		want = entry.Digest
	}
	var errs []error
	for _, url := range entry.URLs {
		if address, ok := strings.CutPrefix(url, "oci://"); ok {
			c.Name, c.Version = "", entry.Version
			return s.ociChart(ctx, c, strings.TrimSuffix(address, ":"+entry.Version), m)
		}
		got.Got, err = s.Download(ctx, File{URL: url, Digest: want, Limit: maxChart, For: c.For}, m)
		if err == nil {
			return got, nil
		}
		errs = append(errs, err)
	}
	return got, errors.Join(errs...)
}

// maxChart bounds a chart archive, in bytes.
const maxChart = 64 << 20

// chartError is the error of a chart that cannot be found or used.
func (s *Source) chartError(c Chart, err error) error {
	return &remote.Error{
		Subject: remote.Subject{Op: "find chart " + c.Name, Ref: c.Repo}, Host: hostOf(c.Repo),
		Err: err, Hint: "check repository, name and version of the chart",
	}
}

func hostOf(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		rest = address
	}
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// index gets the index of an HTTP chart repository, once a run.
func (s *Source) index(ctx context.Context, c Chart) (*repo.Index, error) {
	s.mu.Lock()
	known := s.indexes[c.Repo]
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	url := indexURL(c.Repo)
	subject := remote.Subject{Op: "read index of chart repository", Ref: c.Repo}
	var buf memory
	err := s.client.Try(ctx, s.client.Downloads(url), func(p remote.Place) error {
		buf.Reset()
		f := File{URL: url, Limit: repo.MaxIndexBytes}
		_, err := s.client.Download(ctx, s.get(f, p, subject, false, nil), &buf)
		return err
	})
	if err != nil {
		return nil, err
	}
	index, err := repo.Parse(&buf, c.Repo)
	if err != nil {
		return nil, s.chartError(c, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.indexes[c.Repo] = index
	return index, nil
}

// indexURL puts index.yaml before the query of a repository's address.
func indexURL(address string) string {
	path, query, found := strings.Cut(address, "?")
	url := strings.TrimSuffix(path, "/") + "/index.yaml"
	if found {
		url += "?" + query
	}
	return url
}
