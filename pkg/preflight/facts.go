package preflight

import "time"

// Facts is what is known about a host.
type Facts struct {
	// Kernel is its release, such as "5.10.134-18.an8.x86_64".
	Kernel string
	// OS has the keys of os-release(5), such as ID and VERSION_ID.
	OS map[string]string
	// CgroupV2 tells that the unified hierarchy is the host's only one.
	CgroupV2 bool
	// CPUs is the number of processors.
	CPUs int
	// Memory of the host, in bytes.
	Memory int64
	// Swap are the files and devices swapped to.
	Swap []string
	// SELinux tells that it enforces.
	SELinux bool
	// Hostname is the host's own name.
	Hostname string
	// Listening are the TCP ports that something listens on.
	Listening []uint16
	// IPv6 tells that it has an address of IPv6 by which others can reach it.
	IPv6 bool
	// Processes are the names of what runs, as in /proc/PID/comm, sorted.
	Processes []string
	// Found are paths that belong to container runtimes or clusters, sorted.
	Found []string
	// Ours tells that the scripts of a base have installed this host before.
	Ours bool
	// Disks are the places that fill up.
	Disks []Disk
	// Now is the host's time, Synchronized what the kernel thinks of it.
	Now          time.Time
	Synchronized bool
}

// Disk is the file system under a path.
type Disk struct {
	Path        string
	Free, Total int64 // bytes
}

// Role is what a host is to become.
type Role string

// The roles of hosts, in sealer's words.
const (
	Master Role = "master"
	Node   Role = "node"
)

// Settings are what the user has decided.
type Settings struct {
	Role Role
	// Ignore are names of checks whose errors become warnings; "all" is all.
	Ignore []string
	// AllowCgroupV1 lets hosts in that have cgroup v1.
	AllowCgroupV1 bool
	// RegistryPort is that of the cluster's registry. Default: 5000.
	RegistryPort uint16
	// PodCIDR are the networks that pods are to have, with commas between them.
	PodCIDR string
}

// Finding is something that is wrong with a host.
type Finding struct {
	// Check is the name of the check, for Settings.Ignore.
	Check string
	// Error tells that the host cannot be used; otherwise it is a warning.
	Error bool
	// Text says what is wrong, Help what to do about it.
	Text, Help string
}
