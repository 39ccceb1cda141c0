package remote

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// attach gives the request its content.
func attach(req *http.Request, r *Request, dog *watchdog) (err error) {
	if r.Body == nil || r.Size == 0 {
		return nil
	}
	moved := func(n int64) {
		dog.kick()
		if r.Sent != nil {
			r.Sent(n)
		}
	}
	req.GetBody = func() (io.ReadCloser, error) {
		body, err := r.Body()
		if err != nil {
			return nil, &LocalError{err}
		}
		return newSendBody(body, moved), nil
	}
	req.ContentLength = r.Size
	req.Body, err = req.GetBody()
	return err
}

func hostOf(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" {
		return fmt.Sprintf("%q", rawURL)
	}
	return u.Host
}
