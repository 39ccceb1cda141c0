package push

import (
	"context"
	"net/http"
	"net/url"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/remote"
)

// blobs brings the blobs of an image to the registry: it asks for all of them,
// then mounts or uploads what is missing.
func (t *task) blobs(ctx context.Context, all []ocispec.Descriptor) error {
	missing := make([]bool, len(all))
	index := make([]int, len(all))
	for i, d := range all {
		index[i] = i
		t.meter.Expect(1, d.Size)
	}
	err := each(ctx, t.limit(), index, func(ctx context.Context, i int) error {
		has, err := t.has(ctx, t.place, all[i])
		if missing[i] = !has; has {
			t.count(all[i], "present", func(r *Result) { r.Present++ })
			t.meter.Add(all[i].Size)
		}
		return err
	})
	if err != nil {
		return err
	}
	var rest []ocispec.Descriptor
	for i, d := range all {
		if missing[i] {
			rest = append(rest, d)
		}
	}
	return each(ctx, t.limit(), rest, func(ctx context.Context, d ocispec.Descriptor) error {
		err := t.bring(ctx, d)
		if err != nil {
			t.meter.Item(d.Digest.String(), "failed", err.Error())
		}
		return err
	})
}

// count books a blob that the registry has now.
func (t *task) count(d ocispec.Descriptor, how string, book func(*Result)) {
	t.remember(d)
	t.mu.Lock()
	book(&t.result)
	t.mu.Unlock()
	status := "done"
	if how == "present" {
		status = how
	}
	t.meter.Item(d.Digest.String(), status, how)
}

// has asks whether a repository has a blob.
func (t *task) has(ctx context.Context, p remote.Place, d ocispec.Descriptor) (bool, error) {
	accept := []int{http.StatusNotFound}
	scopes := t.scopes()
	if p != t.place { // another repository may be closed to us
		accept = append(accept, http.StatusUnauthorized, http.StatusForbidden)
		scopes = []string{remote.PullScope(p.Repository)}
	}
	resp, err := t.client.Do(ctx, &remote.Request{
		Subject: t.subject("look for blob " + d.Digest.String()), Method: http.MethodHead,
		URL: p.URL + "/blobs/" + d.Digest.String(), Scopes: scopes, Accept: accept,
	})
	if err != nil {
		return false, err
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK, nil
}

// bring mounts a blob or uploads it.
func (t *task) bring(ctx context.Context, d ocispec.Descriptor) error {
	location := ""
	if from := t.source(ctx, d); from != "" {
		var err error
		query := url.Values{"mount": {d.Digest.String()}, "from": {from}}
		if location, err = t.begin(ctx, d, query, remote.PullScope(from)); err == nil && location == "" {
			t.count(d, "mounted from "+from, func(r *Result) { r.Mounted++ })
			t.meter.Add(d.Size)
			return nil
		}
	}
	if err := t.upload(ctx, d, location); err != nil {
		return err
	}
	t.count(d, "uploaded", func(r *Result) { r.Sent++; r.SentBytes += d.Size })
	return nil
}

// source finds a repository to mount a blob from; empty when there is none.
func (t *task) source(ctx context.Context, d ocispec.Descriptor) string {
	t.Pusher.mu.Lock()
	known := t.known[t.place.Host+" "+d.Digest.String()]
	t.Pusher.mu.Unlock()
	if known != "" && known != t.place.Repository {
		return known
	}
	for _, repository := range t.From {
		p := remote.Place{Host: t.place.Host, Repository: repository}
		p.URL = t.place.URL[:len(t.place.URL)-len(t.place.Repository)] + repository
		if has, err := t.has(ctx, p, d); has && err == nil {
			return repository
		}
	}
	return ""
}

// remember notes that the repository has a blob.
func (t *task) remember(d ocispec.Descriptor) {
	t.Pusher.mu.Lock()
	defer t.Pusher.mu.Unlock()
	t.known[t.place.Host+" "+d.Digest.String()] = t.place.Repository
}

func (t *task) scopes() []string { return []string{remote.PushScope(t.place.Repository)} }
