// Package conformance runs the conformance suite of the OCI distribution
// specification against the registries of this repository:
//
//	cd test/conformance && go test ./...
//
// It is a module of its own, because the suite is a program with its own
// dependencies. The suite is pinned in go.mod, as a tool.
package conformance
