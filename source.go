// Package opcimage carries the sources of the programs that opc-image puts on
// hosts, so that any opc-image can compile them for any platform.
package opcimage

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
)

//go:embed go.mod go.sum
//go:embed cmd/opc-host/*.go cmd/opc-kubeadm/*.go cmd/opc-vip/*.go cmd/opc-pause/*.go
//go:embed pkg/clustercert/*.go pkg/kubeadm pkg/preflight/*.go pkg/vip/*.go
var files embed.FS

// Source is this module as far as the programs for hosts need it: opc-host,
// opc-kubeadm, opc-vip, and opc-pause for containers. Tests are left out.
var Source fs.FS = source{files}

// source is a file system without tests.
type source struct{ embed.FS }

// ReadDir implements fs.ReadDirFS.
func (s source) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := s.FS.ReadDir(name)
	return slices.DeleteFunc(list, func(e fs.DirEntry) bool {
		return e.IsDir() && e.Name() == "testdata" || strings.HasSuffix(e.Name(), "_test.go")
	}), err
}
