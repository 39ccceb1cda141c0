package rehearse

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"
)

// site serves downloads and chart repositories. A download's key is its URL
// without the scheme: host/path, and ?query where there is one.
type site struct {
	downloads map[string]func() (*download, error)
	charts    map[string][]Chart // by repository
}

// newSite has no downloads yet.
func newSite() *site {
	return &site{map[string]func() (*download, error){}, map[string][]Chart{}}
}

// siteKey reads a URL of http or https.
func siteKey(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", fmt.Errorf("%q is not an http or https URL", address)
	}
	return u.Host + "/" + strings.TrimPrefix(u.RequestURI(), "/"), nil
}

// sumFunc finds the digest of a stand-in.
type sumFunc func() (digest.Digest, error)

// add adds a download; it is made when it is first asked for.
func (s *site) add(key string, build func() (*download, error)) sumFunc {
	build = sync.OnceValues(build)
	s.downloads[key] = build
	return func() (digest.Digest, error) {
		d, err := build()
		if err != nil {
			return "", err
		}
		return d.digest, nil
	}
}

// addFile adds the stand-in of a file.
func (s *site) addFile(gen *generator, f File) (sumFunc, error) {
	key, err := siteKey(f.URL)
	if err != nil {
		return nil, err
	}
	return s.add(key, func() (*download, error) { return gen.download(f) }), nil
}

// addChart adds a chart to its repository's index, and its archive.
func (s *site) addChart(c Chart) (sumFunc, error) {
	key, err := siteKey(strings.TrimSuffix(c.Repo, "/"))
	if err != nil {
		return nil, fmt.Errorf("chart %s: %w", c.Name, err)
	}
	key = strings.TrimSuffix(key, "/")
	s.charts[key] = append(s.charts[key], c)
	all := s.charts[key]
	s.add(key+"/index.yaml", func() (*download, error) {
		return literalDownload(chartIndex(all))
	})
	return s.add(key+"/"+c.fileName(), func() (*download, error) {
		return literalDownload(chartArchive(c))
	}), nil
}

// ServeHTTP answers GET and HEAD of /dl/<host>/<path>.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "a stand-in upstream is read-only", http.StatusMethodNotAllowed)
		return
	}
	key := strings.TrimPrefix(r.URL.RequestURI(), "/dl/")
	build := s.downloads[key]
	if build == nil {
		http.Error(w, key+" is not in the rehearsal's inventory", http.StatusNotFound)
		return
	}
	d, err := build()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	d.serve(w, r, d.digest)
}
