// Package host makes machines to install a cluster on: Debian with systemd as
// its first process, in containers of systemd-nspawn. The hosts of a site see
// each other over one bridge in a network namespace of their own, which has no
// way out.
//
// It needs root, debootstrap (for the first host ever), systemd-nspawn, nsenter
// and ssh-keygen. Machines with cgroup v1 will do; on those with cgroup v2 alone
// it has not been tried.
package host
