// Package serve is a read-only registry over a store, by the OCI distribution
// specification 1.1: pull, tags, referrers, and the catalog of names.
//
// It serves two kinds of images:
//
//   - the cluster images of the store, under the path of their name and under
//     their whole name: opc/full and registry.example/opc/full;
//   - the container images inside them, read from the registry tree that a
//     cluster image carries, under the name that the cluster's own registry has
//     for them, library/nginx, and with the domain in front,
//     docker.io/library/nginx. containerd asks a mirror for the first and names
//     the domain in the parameter ns, which is honoured.
//
// Layers made from recipes are produced while they are read and any range of
// them can be asked for. Where a name means different things in several cluster
// images, the image whose name sorts last wins.
//
// The tree inside a cluster image is read from uncompressed layers, which is
// what this module bakes. What a compressed layer holds is not served.
package serve
