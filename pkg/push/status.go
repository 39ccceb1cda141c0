package push

import (
	"context"
	"fmt"
	"net/http"

	"github.com/opc-source/opc-image/pkg/remote"
)

// ask finds out how much of a broken upload the registry has ("Pushing a blob
// in chunks" in the OCI distribution specification). An upload it does not know
// any more begins anew.
func (u *upload) ask(ctx context.Context) error {
	was := u.offset
	u.offset = 0
	defer func() { u.meter.Add(u.offset - was) }()
	location := u.location
	u.location = ""
	if location == "" || u.desc.Size <= u.Single {
		return nil
	}
	resp, err := u.client.Do(ctx, &remote.Request{
		Subject: u.subject("ask for the state of blob " + u.desc.Digest.String()), Method: http.MethodGet,
		URL: location, Scopes: u.scopes(),
		Accept: []int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusBadRequest},
	})
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return nil
	}
	// "0-0" says one byte or, from some registries, none: then begin anew.
	var last int64
	if n, err := fmt.Sscanf(resp.Header.Get("Range"), "0-%d", &last); n != 1 || err != nil || last <= 0 || last >= u.desc.Size {
		return nil
	}
	u.offset, u.location = last+1, location
	if next, err := resp.Location(); err == nil {
		u.location = next.String()
	}
	return nil
}
