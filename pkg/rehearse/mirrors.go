package rehearse

import (
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/remote"
)

// Mirrors is the mirror table that sends requests for every host of the
// inventory here, and nowhere else.
func (u *Upstream) Mirrors() []remote.Mirror {
	registries, sites := map[string]bool{}, map[string]bool{}
	for repository := range u.registry.repositories {
		host, _, _ := strings.Cut(repository, "/")
		registries[host] = true
	}
	for key := range u.site.downloads {
		host, _, _ := strings.Cut(key, "/")
		sites[host] = true
	}
	var mirrors []remote.Mirror
	for _, host := range slices.Sorted(maps.Keys(registries)) {
		mirrors = append(mirrors, remote.Mirror{
			From: host, To: []string{"http://" + u.address + "/" + host}, Only: true,
		})
	}
	for _, host := range slices.Sorted(maps.Keys(sites)) {
		for _, scheme := range []string{"http://", "https://"} {
			mirrors = append(mirrors, remote.Mirror{
				From: scheme + host, To: []string{"http://" + u.address + "/dl/" + host}, Only: true,
			})
		}
	}
	return mirrors
}

// Proxy is a proxy function for an HTTP client: it lets requests to this machine
// pass, such as those to this upstream and to a [Target], and refuses all others,
// which would leave the rehearsal.
func (u *Upstream) Proxy(r *http.Request) (*url.URL, error) {
	if ip, err := netip.ParseAddr(r.URL.Hostname()); err == nil && ip.IsLoopback() {
		return nil, nil
	}
	return nil, fmt.Errorf("%w: %s is not in the rehearsal's inventory", remote.ErrOffline, r.URL.Host)
}
