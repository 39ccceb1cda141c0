package remote

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Place is one concrete place where something can be had: the original or a
// mirror of it.
type Place struct {
	// URL is, for an image repository, its root "https://host/v2/path" without
	// a slash at the end, and for a download the whole URL.
	URL string
	// Host is the host of URL, with its port if it has one.
	Host string
	// Repository is the path of the repository on Host; empty for a download.
	Repository string
	// Mirror tells that another place is there to fall back to.
	Mirror bool
}

// hub is where docker.io keeps its images.
const hub = "registry-1.docker.io"

func isURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

func (m Mirror) validate() error {
	if m.From == "" || len(m.To) == 0 {
		return errors.New("from and to are both needed")
	}
	if strings.Contains(m.From, "*") && m.From != AnyRegistry && m.From != AnySite {
		return fmt.Errorf("from: %q is not understood; only %q and %q have a star", m.From, AnyRegistry, AnySite)
	}
	for _, to := range m.To {
		u, err := url.Parse(to)
		switch {
		case to == "" || err != nil && isURL(to):
			return fmt.Errorf("%q is not a place", to)
		case isURL(m.From) && !isURL(to):
			return fmt.Errorf("from is a URL, so %q must be one too", to)
		case !isURL(m.From) && strings.HasPrefix(to, "https://") && u.Host == "":
			return fmt.Errorf("%q has no host", to)
		}
	}
	return nil
}

// after tells whether the row is about a repository, and what of its name follows
// the part that is replaced.
func (m Mirror) after(domain, path string) (string, bool) {
	name := domain + "/" + path
	if m.From == AnyRegistry {
		return name, !loopback(domain)
	}
	rest, ok := afterPrefix(name, strings.TrimPrefix(m.From, "oci://"))
	return rest, ok && !isURL(m.From)
}

// afterURL is after for a download.
func (m Mirror) afterURL(rawURL string) (string, bool) {
	if m.From == AnySite {
		rest, ok := strings.CutPrefix(rawURL, "https://")
		host, _, _ := strings.Cut(rest, "/")
		return rest, ok && !loopback(host)
	}
	rest, ok := afterPrefix(rawURL, m.From)
	return rest, ok && isURL(m.From)
}

// Images lists where a repository can be had, in the order to try: domain is
// the registry ("docker.io"), path the repository ("library/nginx").
func (c *Client) Images(domain, path string) []Place {
	var places []Place
	for _, m := range c.config.Mirrors {
		rest, ok := m.after(domain, path)
		if !ok {
			continue
		}
		for _, to := range m.To {
			places = append(places, c.repository(to, rest))
		}
		if m.Only {
			return markMirrors(places)
		}
		break
	}
	return markMirrors(append(places, c.Origin(domain, path)))
}

// Origin is the repository itself, without mirrors. Pushes go there.
func (c *Client) Origin(domain, path string) Place {
	return c.repository(domain, path)
}

// Downloads lists where a URL can be had, in the order to try.
func (c *Client) Downloads(rawURL string) []Place {
	var places []Place
	for _, m := range c.config.Mirrors {
		rest, ok := m.afterURL(rawURL)
		if !ok {
			continue
		}
		for _, to := range m.To {
			places = append(places, c.download(strings.TrimSuffix(to, "/")+"/"+rest))
		}
		if m.Only {
			return markMirrors(places)
		}
		break
	}
	return markMirrors(append(places, c.download(rawURL)))
}
