// Package gobuild compiles programs out of Go modules, so that the same inputs
// give the same bytes on any machine.
//
// A [Module] is a folder with go.mod and go.sum; its own packages may lie beside
// them. What it requires comes through the Go command's own configuration
// (GOPROXY, the module cache), and go.sum says what it has to be. Nothing of the
// environment that would change the result is let through, and paths of the
// machine are not in it: two builds differ only with the version of Go, and, for
// modules with C in them, with the C compiler and the libraries it finds.
package gobuild
