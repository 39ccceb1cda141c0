package serve

import (
	"encoding/json"
	"net/http"
)

// The error codes of the distribution specification that a read-only registry
// answers with, and "UNKNOWN" for what has no code.
const (
	blobUnknown     = "BLOB_UNKNOWN"
	digestInvalid   = "DIGEST_INVALID"
	manifestUnknown = "MANIFEST_UNKNOWN"
	nameInvalid     = "NAME_INVALID"
	nameUnknown     = "NAME_UNKNOWN"
	unsupported     = "UNSUPPORTED"
	paginationBad   = "PAGINATION_NUMBER_INVALID"
	unknown         = "UNKNOWN"
)

// refuse answers with an error body of the distribution specification.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{ //nolint:errcheck // the client is gone
		"errors": []map[string]string{{"code": code, "message": message}},
	})
}

// writeJSON answers with v.
func writeJSON(w http.ResponseWriter, mediaType string, v any) {
	w.Header().Set("Content-Type", mediaType)
	json.NewEncoder(w).Encode(v) //nolint:errcheck // the client is gone
}
