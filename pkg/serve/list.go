package serve

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
)

// serveTags lists the tags of a repository.
func serveTags(w http.ResponseWriter, r *http.Request, name string, repo *repository) {
	page, ok := paginate(w, r, slices.Sorted(maps.Keys(repo.tags)))
	if ok {
		writeJSON(w, "application/json", map[string]any{"name": name, "tags": page})
	}
}

// serveCatalog lists the repositories.
func serveCatalog(w http.ResponseWriter, r *http.Request, v *view) {
	page, ok := paginate(w, r, v.names())
	if ok {
		writeJSON(w, "application/json", map[string]any{"repositories": page})
	}
}

// paginate cuts a sorted list as the parameters n and last ask for, and links to
// the next page. It answers itself when they are wrong.
func paginate(w http.ResponseWriter, r *http.Request, list []string) ([]string, bool) {
	query := r.URL.Query()
	if last := query.Get("last"); last != "" {
		list = list[sort.Search(len(list), func(i int) bool { return list[i] > last }):]
	}
	if list == nil {
		list = []string{} // null is no list to some clients
	}
	if !query.Has("n") {
		return list, true
	}
	n, err := strconv.Atoi(query.Get("n"))
	if err != nil || n < 0 {
		refuse(w, http.StatusBadRequest, paginationBad, fmt.Sprintf("n=%q is not a number of entries", query.Get("n")))
		return nil, false
	}
	if n >= len(list) {
		return list, true
	}
	list = list[:n]
	if n > 0 {
		next := url.Values{"n": {strconv.Itoa(n)}, "last": {list[n-1]}}
		w.Header().Set("Link", fmt.Sprintf(`<%s?%s>; rel="next"`, r.URL.EscapedPath(), next.Encode()))
	}
	return list, true
}
