package compose

import "strings"

// Download is something to fetch before the image can be made.
type Download struct {
	// Source identifies it; see [lock.Download].
	Source string `json:"source"`
	// Chart is set when it comes from a chart repository.
	Chart *Chart `json:"chart,omitempty"`
	// SHA256 is the pin, in hexadecimal, where the plan has one.
	SHA256 string `json:"sha256,omitempty"`
	// Size in bytes, approximate; 0 when not known.
	Size int64 `json:"-"`
	// Platforms that need it, sorted; empty for all.
	Platforms []string `json:"platforms,omitempty"`
	// For names who wants it: a component, an app, or the Kubefile.
	For string `json:"-"`
}

// Chart is a chart of a repository.
type Chart struct {
	Repository string `json:"repository"` // https://… or oci://…
	Name       string `json:"name"`
	Version    string `json:"version"`
}

// Source identifies the chart among downloads; see [lock.Download].
func (c Chart) Source() string {
	repository := strings.TrimSuffix(c.Repository, "/")
	if strings.HasPrefix(repository, "oci://") {
		return repository + "/" + c.Name + ":" + c.Version
	}
	return repository + "#" + c.Name + "@" + c.Version
}
