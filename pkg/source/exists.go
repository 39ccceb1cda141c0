package source

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/remote"
)

// Platforms tells for which platforms an image is published, as its index or
// its configuration names them, normalised. No layer is asked for. What is not a
// container image has none.
func (s *Source) Platforms(ctx context.Context, ref reference.Ref) ([]ocispec.Platform, error) {
	subject := remote.Subject{Op: "resolve", Ref: ref.String()}
	desc, data, err := s.root(ctx, ref, subject)
	if err != nil {
		return nil, err
	}
	doc, err := parse(data)
	if err != nil {
		return nil, unusable(subject, ref, err)
	}
	entries := doc.Manifests
	if doc.isIndex() {
		err = s.namePlatforms(ctx, ref, entries)
	} else {
		desc.Platform, err = s.configPlatform(ctx, s.client.Images(ref.Domain, ref.Path), doc.Config, subject)
		entries = []ocispec.Descriptor{desc}
		err = unusable(subject, ref, err)
	}
	if err != nil {
		return nil, err
	}
	var found []ocispec.Platform
	for _, e := range entries {
		if e.Platform != nil && !attestation(e.Platform) {
			found = append(found, platforms.Normalize(*e.Platform))
		}
	}
	return found, nil
}

// Offers tells whether an image for one of the platforms runs on the wanted one.
func Offers(have []ocispec.Platform, want ocispec.Platform) bool {
	entries := make([]ocispec.Descriptor, len(have))
	for i := range have {
		entries[i].Platform = &have[i]
	}
	_, ok := choose(entries, want)
	return ok
}

// FileExists asks whether a file can be downloaded, without its content: by HEAD,
// and by asking for its first byte where a site refuses that.
func (s *Source) FileExists(ctx context.Context, f File) error {
	subject := remote.Subject{Op: "look for", Ref: f.URL}
	return s.client.Try(ctx, s.client.Downloads(f.URL), func(p remote.Place) error {
		ask := func(method string, header http.Header, accept ...int) (int, error) {
			resp, err := s.client.Do(ctx, &remote.Request{
				Subject: subject, Method: method, URL: p.URL, Header: header,
				Attempts: s.client.Attempts(p), Accept: accept,
			})
			if err != nil {
				return 0, err
			}
			return resp.StatusCode, resp.Body.Close()
		}
		// Signed addresses of object stores are for one method only.
		status, err := ask(http.MethodHead, nil, http.StatusMethodNotAllowed, http.StatusForbidden, http.StatusNotImplemented)
		if err != nil || status < 300 {
			return err
		}
		_, err = ask(http.MethodGet, http.Header{"Range": {"bytes=0-0"}})
		return err
	})
}

// ChartExists asks whether a chart can be had, without its archive.
func (s *Source) ChartExists(ctx context.Context, c Chart) error {
	if address, ok := strings.CutPrefix(c.Repo, "oci://"); ok {
		ref, err := chartRef(address, c.Name, c.Version)
		if err != nil {
			return s.chartError(c, err)
		}
		_, _, err = s.root(ctx, ref, remote.Subject{Op: "resolve", Ref: ref.String()})
		return err
	}
	index, err := s.index(ctx, c)
	if err != nil {
		return err
	}
	entry, err := index.Get(c.Name, c.Version)
	if err != nil {
		return s.chartError(c, &NotFoundError{err})
	}
	var errs []error
	for _, url := range entry.URLs {
		if address, ok := strings.CutPrefix(url, "oci://"); ok {
			return s.ChartExists(ctx, Chart{Repo: "oci://" + strings.TrimSuffix(address, ":"+entry.Version), Version: entry.Version, For: c.For})
		}
		if err = s.FileExists(ctx, File{URL: url, For: c.For}); err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// NotFoundError is the cause when an index that answers does not list what is
// looked for.
type NotFoundError struct{ Err error }

// Error implements error.
func (e *NotFoundError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *NotFoundError) Unwrap() error { return e.Err }
