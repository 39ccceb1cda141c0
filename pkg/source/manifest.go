package source

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/store"
)

// memory is a Sink for small content.
type memory struct{ bytes.Buffer }

func (m *memory) Offset() int64  { return int64(m.Len()) }
func (m *memory) Restart() error { m.Reset(); return nil }

// root finds what a name points to, and its bytes. A name without digest costs
// one HEAD; the bytes are asked for only when the store lacks them.
func (s *Source) root(ctx context.Context, ref reference.Ref, subject remote.Subject) (ocispec.Descriptor, []byte, error) {
	places := s.client.Images(ref.Domain, ref.Path)
	if ref.Digest != "" {
		return s.manifest(ctx, places, ocispec.Descriptor{Digest: ref.Digest, Size: -1}, subject)
	}
	var desc ocispec.Descriptor
	var data []byte
	err := s.client.Try(ctx, places, func(p remote.Place) error {
		found, size, err := s.head(ctx, p, ref.Tag, subject)
		if err != nil {
			return err
		}
		if found != "" {
			desc, data, err = s.manifest(ctx, []remote.Place{p}, ocispec.Descriptor{Digest: found, Size: size}, subject)
			return err
		}
		if data, err = s.small(ctx, p, "/manifests/"+ref.Tag, -1, subject); err == nil {
			desc, err = s.keep(ctx, data)
		}
		return err
	})
	return desc, data, err
}

// head asks for the digest of a tag; it is empty when the registry does not
// say, or does not answer HEAD.
func (s *Source) head(ctx context.Context, p remote.Place, tag string, subject remote.Subject) (digest.Digest, int64, error) {
	resp, err := s.client.Do(ctx, &remote.Request{
		Subject: subject, Method: http.MethodHead, URL: p.URL + "/manifests/" + tag,
		Header: http.Header{"Accept": {strings.Join(manifestTypes, ", ")}},
		Scopes: []string{remote.PullScope(p.Repository)}, Attempts: s.client.Attempts(p),
		Accept: []int{http.StatusMethodNotAllowed},
	})
	if err != nil {
		return "", 0, err
	}
	resp.Body.Close()
	d := digest.Digest(resp.Header.Get("Docker-Content-Digest"))
	if d.Validate() != nil || d.Algorithm() != digest.SHA256 {
		return "", 0, nil
	}
	size, err := strconv.ParseInt(resp.Header.Get("Content-Length"), 10, 64)
	if err != nil {
		size = -1
	}
	return d, size, nil
}

// manifest returns a manifest or index of known digest, from the store or else
// from one of the places, and keeps it.
func (s *Source) manifest(ctx context.Context, places []remote.Place, desc ocispec.Descriptor, subject remote.Subject) (ocispec.Descriptor, []byte, error) {
	data, err := s.have(ctx, desc.Digest)
	if err != nil {
		return desc, nil, err
	}
	if data != nil {
		desc.Size = int64(len(data))
		return desc, data, nil
	}
	err = s.client.Try(ctx, places, func(p remote.Place) (err error) {
		if data, err = s.small(ctx, p, "/manifests/"+desc.Digest.String(), desc.Size, subject); err != nil {
			return err
		}
		if got := desc.Digest.Algorithm().FromBytes(data); got != desc.Digest {
			return remote.Wrong(subject, p.Host, "asked for the manifest %s, got one of digest %s", desc.Digest, got)
		}
		return nil
	})
	if err != nil {
		return desc, nil, err
	}
	desc, err = s.keep(ctx, data)
	return desc, data, err
}

// have reads a small blob of the store, nil when the store lacks it. A damaged
// one counts as lacking: it is fetched again.
func (s *Source) have(ctx context.Context, dgst digest.Digest) ([]byte, error) {
	size, err := s.store.Stat(dgst)
	if err != nil || size > maxManifest {
		if err == nil || errors.Is(err, store.ErrNotFound) {
			return nil, nil
		}
		return nil, &remote.LocalError{Err: err}
	}
	data, err := s.store.ReadAll(ctx, ocispec.Descriptor{Digest: dgst, Size: size})
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrCorrupt):
		return nil, nil
	case err != nil:
		return nil, &remote.LocalError{Err: err}
	}
	return data, nil
}

// keep puts a small blob into the store and describes it.
func (s *Source) keep(ctx context.Context, data []byte) (ocispec.Descriptor, error) {
	d, err := s.store.Put(ctx, data)
	if err != nil {
		return ocispec.Descriptor{}, &remote.LocalError{Err: err}
	}
	return ocispec.Descriptor{Digest: d, Size: int64(len(data))}, nil
}

// small gets a manifest or a small blob below a repository. size is -1 when
// not known.
func (s *Source) small(ctx context.Context, p remote.Place, path string, size int64, subject remote.Subject) ([]byte, error) {
	if size > maxManifest {
		return nil, remote.Wrong(subject, p.Host, "%d bytes, more than the limit of %d for a manifest or configuration", size, maxManifest)
	}
	var buf memory
	_, err := s.client.Download(ctx, &remote.Download{
		Request: remote.Request{
			Subject: subject, URL: p.URL + path, Attempts: s.client.Attempts(p),
			Header: http.Header{"Accept": {strings.Join(manifestTypes, ", ")}},
			Scopes: []string{remote.PullScope(p.Repository)},
		},
		Size: size, Limit: maxManifest, Known: true,
	}, &buf)
	return buf.Bytes(), err
}
