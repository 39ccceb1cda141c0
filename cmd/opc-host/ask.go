//go:build linux

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"time"
)

// ask gets a URL and tells when the server says it is; any answer but a 5xx
// will do. Certificates are not checked: nothing is sent or believed but a time.
func ask(ctx context.Context, url string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return time.Time{}, err
	}
	response, err := client.Do(request)
	if err != nil {
		return time.Time{}, err
	}
	defer response.Body.Close()
	if response.StatusCode >= 500 {
		return time.Time{}, fmt.Errorf("%s answers %s", url, response.Status)
	}
	date, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return time.Time{}, nil // It answers, and that is what was asked.
	}
	return date, nil
}

// maxSkew is how far clocks may be apart. The tokens of Kubernetes and the
// elections of etcd get on with seconds; certificates of kubelets are valid from
// five minutes before they were made.
const maxSkew = 30 * time.Second

// clock compares this host's clock with that of a server of the cluster.
func (h *host) clock(ctx context.Context, url string) error {
	before := h.now()
	there, err := ask(ctx, url)
	if err != nil {
		return err
	}
	if there.IsZero() {
		return fmt.Errorf("%s does not tell the time", url)
	}
	here := before.Add(h.now().Sub(before) / 2)
	if skew := here.Sub(there).Round(time.Second); skew.Abs() > maxSkew {
		return fmt.Errorf("the clock of this host is %s apart from that of %s (here %s, there %s): set it, and run chronyd on all hosts",
			skew, url, here.UTC().Format(time.RFC3339), there.UTC().Format(time.RFC3339))
	}
	return nil
}
