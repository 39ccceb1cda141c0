package push

import (
	"context"
	"errors"
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
