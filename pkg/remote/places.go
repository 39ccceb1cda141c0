package remote

import (
	"net"
	"net/url"
	"strings"
)

// repository builds the place of a repository below a host or host and path.
func (c *Client) repository(base, path string) Place {
	scheme := ""
	if s, rest, ok := strings.Cut(base, "://"); ok {
		base = rest
		if s == "http" || s == "https" {
			scheme = s
		}
	}
	host, prefix, _ := strings.Cut(strings.TrimSuffix(base, "/"), "/")
	if host == "docker.io" || host == "index.docker.io" {
		host = hub
	}
	if scheme == "" {
		scheme = c.scheme(host)
	}
	repo := strings.Trim(prefix+"/"+path, "/")
	return Place{URL: scheme + "://" + host + "/v2/" + repo, Host: host, Repository: repo}
}

// download is the place of a URL. A host that is configured to speak plain HTTP
// does so for its charts and files, too.
func (c *Client) download(rawURL string) Place {
	p := Place{URL: rawURL}
	if u, err := url.Parse(rawURL); err == nil {
		p.Host = u.Host
	}
	if rest, ok := strings.CutPrefix(rawURL, "https://"); ok && c.hosts[p.Host].PlainHTTP {
		p.URL = "http://" + rest
	}
	return p
}

// afterPrefix returns what follows prefix in name, if prefix ends where a path
// element ends.
func afterPrefix(name, prefix string) (string, bool) {
	prefix = strings.TrimSuffix(prefix, "/")
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok || rest != "" && rest[0] != '/' {
		return "", false
	}
	return strings.TrimPrefix(rest, "/"), true
}

func markMirrors(places []Place) []Place {
	for i := range places[:len(places)-1] {
		places[i].Mirror = true
	}
	return places
}

// scheme is "http" for a host configured so, and for a loopback host for which
// no CA is known: docker trusts loopback registries in the same way.
func (c *Client) scheme(host string) string {
	h := c.hosts[host]
	if h.PlainHTTP {
		return "http"
	}
	if loopback(host) && h.CA == "" && !h.Insecure && len(c.certs.files(host)) == 0 {
		return "http"
	}
	return "https"
}

// loopback tells whether a host, with or without port, is this machine.
func loopback(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return name == "localhost" || ip != nil && ip.IsLoopback()
}
