package push

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/opc-source/opc-image/pkg/remote"
)

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
