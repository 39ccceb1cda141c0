// Package interop holds what opc-image pushes, serves and saves against the
// programs that people have: crane, oras, regctl, skopeo and umoci, whichever are
// in PATH, against go-containerregistry's registry, the schemas of the OCI image
// specification, and what a real sealer wrote for the same Kubefile.
//
// It has tests only. The upstream runs inside the process.
package interop
