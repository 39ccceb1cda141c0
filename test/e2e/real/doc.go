// Package real makes container images of the real software of components: out of
// Go modules, compiled for this machine, or of a package of Debian. real.yaml says
// which. They take the place of stand-ins, under upstream's names.
package real
