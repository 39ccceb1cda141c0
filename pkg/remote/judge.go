package remote

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"
)

// maxComplaint bounds how much of an error answer is read, in bytes.
const maxComplaint = 8 << 10

// judge turns an answer that is none into an error, and tells the gate.
func (c *Client) judge(host string, r *Request, resp *http.Response, g *gate) error {
	status := resp.StatusCode
	if status/100 == 2 || slices.Contains(r.Accept, status) {
		g.ok()
		return nil
	}
	defer resp.Body.Close()
	wait := time.Duration(0)
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		wait = c.retryAfter(resp.Header)
	}
	if status == http.StatusTooManyRequests || wait > 0 {
		now := c.now()
		g.slow(now, now.Add(wait))
	}
	return c.failure(host, r, status, complaint(resp), func(e *Error) {
		e.wait = wait
		// A link of a content network that ran out: start again at the origin.
		redirected := resp.Request != nil && resp.Request.URL.Host != host
		e.again = e.again || redirected && (status == http.StatusForbidden || status == http.StatusGone)
	})
}

// failure builds the error of one attempt.
func (c *Client) failure(host string, r *Request, status int, err error, more func(*Error)) *Error {
	e := &Error{Subject: r.Subject, Host: host, Status: status, Err: plain(err), again: passes(status, err)}
	if more != nil {
		more(e)
	}
	e.Hint = hint(host, status, err)
	if r.pushes() {
		e.Hint = forPush.Replace(e.Hint)
	}
	return e
}

// plain drops what is put in front of an error elsewhere: the URL, which may
// hold a token, and the status, which is in the error already.
func plain(err error) error {
	var answer *errcode.ErrorResponse
	if errors.As(err, &answer) {
		if len(answer.Errors) == 0 {
			return fmt.Errorf("asking %s for a token", answer.URL.Host)
		}
		return fmt.Errorf("asking %s for a token: %w", answer.URL.Host, answer.Errors)
	}
	if errors.Is(err, auth.ErrBasicCredentialNotFound) {
		return errors.New("no credentials are known")
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// complaint reads what a registry says in an error answer, in the form of the
// OCI distribution specification ("Error Codes"); nil when it says nothing.
func complaint(resp *http.Response) error {
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxComplaint))
	if err != nil || len(data) == 0 {
		return nil
	}
	var body struct {
		Errors []struct{ Code, Message string }
	}
	if json.Unmarshal(data, &body) != nil || len(body.Errors) == 0 {
		return nil
	}
	first := body.Errors[0]
	if first.Message != "" {
		return errors.New(strings.Join(strings.Fields(first.Message), " "))
	}
	return errors.New(strings.ToLower(strings.ReplaceAll(first.Code, "_", " ")))
}
