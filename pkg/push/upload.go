package push

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/remote"
)

// slow is how many idle times a registry gets to put an upload together.
const slow = 10

// begin opens an upload and returns its location. With a query that mounts,
// the location is empty when the registry has the blob now.
func (t *task) begin(ctx context.Context, d ocispec.Descriptor, query url.Values, scopes ...string) (string, error) {
	resp, err := t.client.Do(ctx, &remote.Request{
		Subject: t.subject("push blob " + d.Digest.String()), Method: http.MethodPost,
		URL: t.place.URL + "/blobs/uploads/?" + query.Encode(), Scopes: append(t.scopes(), scopes...),
	})
	if err != nil {
		return "", err
	}
	resp.Body.Close()
	if resp.StatusCode == http.StatusCreated {
		return "", nil
	}
	return t.location(d, resp)
}

// location is where an upload goes on, as an answer says.
func (t *task) location(d ocispec.Descriptor, resp *http.Response) (string, error) {
	u, err := resp.Location()
	if err != nil {
		return "", remote.Wrong(t.subject("push blob "+d.Digest.String()), t.place.Host, "%d without the Location of the upload", resp.StatusCode)
	}
	return u.String(), nil
}

// upload sends a blob. When it breaks, it goes on from where the registry says
// it stopped, or from the start if the registry does not know the upload.
func (t *task) upload(ctx context.Context, d ocispec.Descriptor, location string) (err error) {
	u := &upload{task: t, desc: d, location: location, tally: tally{meter: t.meter}}
	attempts := t.client.Limits().Attempts
	for n := 1; ; n++ {
		before := u.offset
		if err = u.once(ctx); err == nil {
			return nil
		}
		u.tally.takeBack()
		var e *remote.Error
		if !errors.As(err, &e) || ctx.Err() != nil {
			return err
		}
		e.Attempts = n
		if !e.MayPass() && !u.lost(e) || n >= attempts {
			return err
		}
		t.meter.Item(d.Digest.String(), "retry", err.Error())
		if err := t.client.Wait(ctx, n); err != nil {
			return err
		}
		if err := u.ask(ctx); err != nil {
			return err
		}
		if u.offset > before { // it moves: count anew
			n = 0
		}
	}
}

// upload is one blob on its way.
type upload struct {
	*task
	desc     ocispec.Descriptor
	location string // empty: not begun
	offset   int64  // what the registry has
	tally    tally  // what the meter counted beyond offset
}

// lost tells that the registry does not know the upload any more, or sees it
// elsewhere than we do.
func (u *upload) lost(e *remote.Error) bool {
	return e.Status == http.StatusNotFound || e.Status == http.StatusRequestedRangeNotSatisfiable
}

// once sends what the registry lacks and closes the upload.
func (u *upload) once(ctx context.Context) (err error) {
	if u.location == "" {
		if u.location, err = u.begin(ctx, u.desc, nil); err != nil {
			return err
		}
	}
	if u.desc.Size <= u.Single {
		return u.close(ctx, true)
	}
	if u.offset < u.desc.Size {
		r := u.request(http.MethodPatch, u.location)
		r.Header = http.Header{"Content-Type": {"application/octet-stream"}}
		if u.offset > 0 {
			r.Header.Set("Content-Range", fmt.Sprintf("%d-%d", u.offset, u.desc.Size-1))
		}
		u.attach(r)
		resp, err := u.client.Do(ctx, r)
		if err != nil {
			return err
		}
		resp.Body.Close()
		u.offset = u.desc.Size
		u.tally.keep()
		if u.location, err = u.task.location(u.desc, resp); err != nil {
			return err
		}
	}
	return u.close(ctx, false)
}

// close ends the upload with its digest; whole sends the content with it.
func (u *upload) close(ctx context.Context, whole bool) error {
	to, err := url.Parse(u.location)
	if err != nil {
		return err
	}
	if to.RawQuery != "" {
		to.RawQuery += "&"
	}
	to.RawQuery += "digest=" + url.QueryEscape(u.desc.Digest.String())
	r := u.request(http.MethodPut, to.String())
	r.Patience = slow
	if whole {
		r.Header = http.Header{"Content-Type": {"application/octet-stream"}}
		u.attach(r)
	}
	resp, err := u.client.Do(ctx, r)
	if err != nil {
		var e *remote.Error
		if errors.As(err, &e) && e.Status == http.StatusBadRequest {
			e.Hint = "the blob may be damaged: check the store with \"opc-image fsck\""
		}
		return err
	}
	u.tally.keep()
	return resp.Body.Close()
}

// request is one that is made once: what comes after a failure depends on what
// the registry has then.
func (u *upload) request(method, to string) *remote.Request {
	return &remote.Request{
		Subject: u.subject("push blob " + u.desc.Digest.String()), Method: method, URL: to,
		Scopes: u.scopes(), Attempts: 1,
	}
}

// attach gives a request what the registry lacks.
func (u *upload) attach(r *remote.Request) {
	r.Size = u.desc.Size - u.offset
	r.Sent = u.tally.add
	r.Body = func() (io.ReadCloser, error) {
		blob, err := u.store.Open(u.desc.Digest)
		if err != nil {
			return nil, err
		}
		if blob.Size() != u.desc.Size {
			blob.Close()
			return nil, fmt.Errorf("the store has %d bytes of %s, the manifest says %d", blob.Size(), u.desc.Digest, u.desc.Size)
		}
		u.tally.takeBack()
		if _, err := blob.Seek(u.offset, io.SeekStart); err != nil {
			blob.Close()
			return nil, err
		}
		return blob, nil
	}
}
