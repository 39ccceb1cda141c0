package kubefile

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/distribution/reference"
)

// SourceKind says where the files of an app come from.
type SourceKind uint8

// The kinds of sources.
const (
	Local     SourceKind = iota // local://PATH of the build context
	Download                    // http://… or https://…
	Component                   // component://NAME of the catalog
	HelmChart                   // helm://HOST/PATH/CHART@VERSION
	OCIChart                    // oci://REGISTRY/PATH/CHART:VERSION
)

// Source is one source of an App.
type Source struct {
	Word      // as written, variables replaced
	Kind      SourceKind
	Path      string // Local: relative to the context, slash-separated, clean; may hold wildcards
	URL       string // Download
	Component string // Component: its name
	Chart     Chart  // HelmChart and OCIChart
}

// Chart names a chart.
type Chart struct {
	Repository string // https://HOST/PATH or http://HOST/PATH; oci://REGISTRY/PATH
	Name       string
	Version    string // as written; empty asks for the newest release
	Digest     string // OCIChart only, sha256:…; empty if not pinned
}

// Reference is the name of an OCIChart without its version: REGISTRY/PATH/CHART.
func (c Chart) Reference() string {
	return strings.TrimPrefix(c.Repository, "oci://") + "/" + c.Name
}

var (
	componentName = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*$`)
	chartName     = regexp.MustCompile(`^[a-zA-Z0-9]+([._-][a-zA-Z0-9]+)*$`)
)

// IsURL tells whether a source of ADD is a download.
func IsURL(source string) bool {
	return strings.HasPrefix(source, "http://") || strings.HasPrefix(source, "https://")
}

// ParseSource reads a source of an app. The error says what the form is.
func ParseSource(text string) (Source, error) {
	s := Source{Word: Word{Text: text}}
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		return s, fmt.Errorf("%q has no scheme; write local://%s for a path of the context", text, text)
	}
	var err error
	switch scheme {
	case "local":
		s.Path, err = contextPath(rest)
	case "http", "https":
		s.Kind, s.URL = Download, text
		_, err = parseURL(text)
	case "component":
		s.Kind, s.Component = Component, rest
		if !componentName.MatchString(rest) {
			err = fmt.Errorf("%q is not the name of a component; write component://NAME in lower case", rest)
		}
	case "helm", "helm+http":
		s.Kind = HelmChart
		s.Chart, err = parseHelm(scheme, rest)
	case "oci":
		s.Kind = OCIChart
		s.Chart, err = parseOCI(rest)
	default:
		err = fmt.Errorf("the scheme %q is unknown; there are local, http, https, component, helm and oci", scheme)
	}
	return s, err
}

// contextPath cleans a path of the build context. A leading slash means the
// context, as in docker; a path that leaves it stays visible as "..".
func contextPath(p string) (string, error) {
	if p == "" {
		return "", fmt.Errorf("the path is empty; write . for the whole context")
	}
	return path.Clean("./" + strings.TrimLeft(p, "/")), nil
}

// parseURL reads a URL that must have a host and a path, and no password: that
// would stand in the image.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") == "" {
		return nil, fmt.Errorf("%q is not a URL with a host and a path", text)
	}
	if u.User != nil {
		return nil, fmt.Errorf("the URL of %s holds credentials; keep them in the docker configuration", u.Host)
	}
	return u, nil
}

func parseHelm(scheme, rest string) (Chart, error) {
	const form = "write helm://HOST/PATH/CHART@VERSION"
	location, version, hasVersion := strings.Cut(rest, "@")
	transport := "https"
	if scheme == "helm+http" {
		transport = "http"
	}
	u, err := parseURL(transport + "://" + location)
	if err != nil || u.RawQuery != "" || u.Fragment != "" {
		return Chart{}, fmt.Errorf("%q is not a chart of a chart repository; %s", location, form)
	}
	c := Chart{Name: path.Base(u.Path), Version: version}
	u.Path, u.RawPath = strings.TrimSuffix(path.Dir(path.Clean(u.Path)), "/"), ""
	c.Repository = u.String()
	if !chartName.MatchString(c.Name) {
		return c, fmt.Errorf("%q is not the name of a chart; %s", c.Name, form)
	}
	if _, err := semver.NewVersion(version); err != nil && hasVersion {
		return c, fmt.Errorf("%q is not a chart version; %s, with one version such as 1.2.3", version, form)
	}
	return c, nil
}

func parseOCI(rest string) (Chart, error) {
	const form = "write oci://REGISTRY/PATH/CHART:VERSION"
	named, err := reference.Parse(rest)
	full, ok := named.(reference.Named)
	if err != nil || !ok || reference.Domain(full) == "" || !strings.Contains(rest, "/") {
		return Chart{}, fmt.Errorf("%q is not a chart in a registry; %s", rest, form)
	}
	c := Chart{Repository: "oci://" + path.Dir(full.Name()), Name: path.Base(full.Name())}
	if tagged, ok := named.(reference.Tagged); ok {
		c.Version = tagged.Tag()
	}
	if pinned, ok := named.(reference.Digested); ok {
		c.Digest = pinned.Digest().String()
	}
	return c, nil
}
