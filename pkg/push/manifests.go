package push

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/remote"
)

// headManifest asks what a tag or digest points to; empty when nothing.
func (t *task) headManifest(ctx context.Context, id string) (digest.Digest, error) {
	resp, err := t.client.Do(ctx, &remote.Request{
		Subject: t.subject("look for manifest " + id), Method: http.MethodHead,
		URL: t.place.URL + "/manifests/" + id, Scopes: t.scopes(),
		Header: http.Header{"Accept": {"application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"}},
		Accept: []int{http.StatusNotFound},
	})
	if err != nil {
		return "", err
	}
	resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound {
		return "", nil
	}
	if got := digest.Digest(resp.Header.Get("Docker-Content-Digest")); got.Validate() == nil {
		return got, nil
	}
	return digest.Digest(id), nil // asked by digest, or a registry that does not say
}

// manifests pushes one level of an image by digest.
func (t *task) manifests(ctx context.Context, level []manifest) error {
	return each(ctx, t.limit(), level, func(ctx context.Context, m manifest) error {
		return t.putManifest(ctx, m, m.desc.Digest.String())
	})
}

// putManifest makes a tag or digest point to a manifest, unless it does.
func (t *task) putManifest(ctx context.Context, m manifest, id string) error {
	if got, err := t.headManifest(ctx, id); err != nil || got == m.desc.Digest {
		return err
	}
	resp, err := t.client.Do(ctx, &remote.Request{
		Subject: t.subject("push manifest " + m.desc.Digest.String()), Method: http.MethodPut,
		URL: t.place.URL + "/manifests/" + id, Scopes: t.scopes(),
		Header: http.Header{"Content-Type": {m.desc.MediaType}},
		Body:   func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(m.data)), nil },
		Size:   int64(len(m.data)),
	})
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// confirm asks whether a name points to what was pushed.
func (t *task) confirm(ctx context.Context, id string, want digest.Digest) error {
	got, err := t.headManifest(ctx, id)
	if err != nil || got == want || got == digest.Digest(id) {
		return err
	}
	if got == "" {
		return remote.Wrong(t.subject("verify"), t.place.Host, "the registry took %s and does not have it", want)
	}
	return remote.Wrong(t.subject("verify"), t.place.Host, "the name points to %s, not to %s that was pushed", got, want)
}
