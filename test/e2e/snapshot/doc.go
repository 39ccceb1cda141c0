// Package snapshot notes what a host is like, so that two times can be compared:
// files, units, processes, mounts, interfaces, addresses, routes, rules of
// nftables and settings of the kernel.
package snapshot
