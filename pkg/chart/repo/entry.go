package repo

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/opencontainers/go-digest"
)

// entry resolves the URLs of an entry against the repository's address.
func (x *Index) entry(chart string, raw rawEntry) (Entry, error) {
	e := Entry{Name: chart, Version: raw.Version, AppVersion: raw.AppVersion}
	if len(raw.URLs) == 0 {
		return Entry{}, fmt.Errorf("chart repository %s: %s %s has no urls", x.base, chart, raw.Version)
	}
	for _, u := range raw.URLs {
		parsed, err := url.Parse(u)
		if err != nil {
			return Entry{}, fmt.Errorf("chart repository %s: %s %s: %w", x.base, chart, raw.Version, err)
		}
		resolved := x.base.ResolveReference(parsed)
		if resolved.Scheme == x.base.Scheme && resolved.Host == x.base.Host && parsed.Host == "" {
			resolved.RawQuery = joinQuery(x.base.RawQuery, resolved.RawQuery)
		}
		e.URLs = append(e.URLs, resolved.String())
	}
	if raw.Digest != "" {
		hex := strings.TrimPrefix(raw.Digest, "sha256:")
		d := digest.NewDigestFromEncoded(digest.SHA256, hex)
		if err := d.Validate(); err != nil {
			return Entry{}, fmt.Errorf("chart repository %s: %s %s: digest %q: %w", x.base, chart, raw.Version, raw.Digest, err)
		}
		e.Digest = d
	}
	return e, nil
}

// joinQuery keeps the query of the repository's address, which may be a token.
func joinQuery(base, own string) string {
	if base == "" || own == "" {
		return base + own
	}
	return base + "&" + own
}
