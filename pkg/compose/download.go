package compose

import (
	"strings"

	"github.com/opc-source/opc-image/pkg/aptget"
	"github.com/opc-source/opc-image/pkg/gobuild"
)

// Download is something to fetch before the image can be made.
type Download struct {
	// Source identifies it; see [lock.Download].
	Source string `json:"source"`
	// Chart is set when it comes from a chart repository.
	Chart *Chart `json:"chart,omitempty"`
	// Go is set when it is compiled.
	Go *Program `json:"go,omitempty"`
	// Debian is set when it is a package of the distribution.
	Debian *aptget.Package `json:"debian,omitempty"`
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

// Program is a program of a Go module, for one platform.
type Program struct {
	Module   gobuild.Module `json:"module"`
	Package  string         `json:"package"`
	Platform string         `json:"platform"`
	// Libraries are the downloads with the C libraries it is linked with.
	Libraries []string `json:"libraries,omitempty"`
}

// Source identifies the program among downloads; see [lock.Download].
func (p Program) Source() string {
	return "go://" + p.Module.Name + "/" + strings.TrimPrefix(p.Package, "./") +
		"?inputs=" + p.Module.Digest.Encoded()[:16] + "&platform=" + p.Platform
}
