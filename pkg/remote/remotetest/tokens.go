package remotetest

import (
	"fmt"
	"net/http"
	"sync/atomic"
)

// Tokens guards a handler with a token service at /token of the same server
// (distribution's token authentication specification). It counts the tokens.
type Tokens struct {
	Good           http.Handler
	User, Password string
	Issued         atomic.Int64
}

// ServeHTTP implements http.Handler.
func (t *Tokens) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/token" {
		user, password, _ := r.BasicAuth()
		if user != t.User || password != t.Password {
			refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "incorrect username or password")
			return
		}
		t.Issued.Add(1)
		fmt.Fprintf(w, `{"token":"secret-%s"}`, r.URL.Query().Get("scope"))
		return
	}
	if r.Header.Get("Authorization") == "" {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="http://%s/token",service="test"`, r.Host))
		refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
		return
	}
	t.Good.ServeHTTP(w, r)
}
