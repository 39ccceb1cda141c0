// Package clitest helps tests that run the program: an upstream of stand-ins
// whose answers can go wrong, and a small catalog with a component of each kind.
package clitest

import "embed"

//go:embed catalog
var catalogFS embed.FS
