// Package sealer does on hosts what sealer does when it runs, scales, upgrades
// and deletes a cluster: the same steps in the same order, with the same files,
// commands and variables. It is written after the source of sealer at the head
// of its main branch (May 2024), whose files are named where an order is taken
// from them, and has no more to it than an image can see.
//
// It stands in for sealer in tests, because sealer itself builds with cgo and a
// good part of the container tools. What it leaves out: ssh, pulling images,
// sealer's own records, docker, external registries, labels and taints of a
// Clusterfile.
package sealer
