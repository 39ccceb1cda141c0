// Package vip keeps the virtual addresses of the API server and of the registry
// on the workers of a cluster.
//
// sealer gives a worker one address for all masters and expects two old
// programs, seautil and lvscare, to spread its connections over them with
// ip_vs. Here nftables does it, which every kernel has that current Kubernetes
// runs on; ip_vs is a choice. Services are saved on the host, so that they work
// from boot on and not only when the kubelet has found the API server, which
// may be behind one of them.
package vip
