package preflight

import (
	"fmt"
	"strconv"
	"strings"
)

// checkOS refuses systems that are known not to work, with the reason.
func checkOS(f *Facts, _ *Settings) []Finding {
	id, version := f.OS["ID"], f.OS["VERSION_ID"]
	switch {
	case id == "":
		return doubtful("the host has no /etc/os-release, so its system is not known", "")
	case id == "anolis" && strings.HasPrefix(version, "7"), id == "centos" && version == "7":
		return wrong(fmt.Sprintf("%s: its kernel (3.10 or 4.19) has no cgroup v2 that Kubernetes can use, and kubeadm takes 5.4 and later only", name(f)),
			"use OpenAnolis 23, or 8.10 with the ANCK kernel 5.10")
	}
	return nil
}

func name(f *Facts) string {
	if pretty := f.OS["PRETTY_NAME"]; pretty != "" {
		return pretty
	}
	return strings.TrimSpace(f.OS["ID"] + " " + f.OS["VERSION_ID"])
}

// checkKernel follows the list of kubeadm (system-validators, types_unix.go):
// 5.4, 5.10, 5.15, and 6 and later.
func checkKernel(f *Facts, _ *Settings) []Finding {
	major, minor, ok := kernelVersion(f.Kernel)
	switch {
	case !ok:
		return doubtful(fmt.Sprintf("the kernel's release %q is not a version", f.Kernel), "")
	case major < 5 || major == 5 && minor < 4:
		help := "boot a kernel of 5.10 or later"
		if f.OS["ID"] == "anolis" {
			help = "install the ANCK kernel 5.10 from the repository Kernel 5.10 and boot it (grubby --set-default)"
		}
		return wrong(fmt.Sprintf("kernel %s: Kubernetes needs 5.4 or later", f.Kernel), help)
	case major == 5 && minor != 4 && minor != 10 && minor != 15:
		return doubtful(fmt.Sprintf("kernel %s is not one that kubeadm has on its list (5.4, 5.10, 5.15, 6 and later)", f.Kernel), "")
	}
	return nil
}

func kernelVersion(release string) (major, minor int, ok bool) {
	first, rest, _ := strings.Cut(release, ".")
	second, _, _ := strings.Cut(rest, ".")
	second, _, _ = strings.Cut(second, "-")
	major, err := strconv.Atoi(first)
	if err != nil {
		return 0, 0, false
	}
	minor, err = strconv.Atoi(second)
	return major, minor, err == nil
}

// checkCgroup: the kubelet of 1.35 and later does not start with cgroup v1
// unless it is told to (failCgroupV1).
func checkCgroup(f *Facts, s *Settings) []Finding {
	if f.CgroupV2 {
		return nil
	}
	if s.AllowCgroupV1 {
		return doubtful("the host has cgroup v1, which Kubernetes will drop", "")
	}
	help := "boot it with systemd.unified_cgroup_hierarchy=1 on the kernel's command line, or accept v1 for now: sealer run … -e AllowCgroupV1=true"
	if f.OS["ID"] == "anolis" && strings.HasPrefix(f.OS["VERSION_ID"], "8") {
		help = "OpenAnolis 8 boots with v1 unless told otherwise: grubby --update-kernel=ALL --args=\"systemd.unified_cgroup_hierarchy=1 cgroup_no_v1=all\", " +
			"with the ANCK kernel 5.10, then reboot; or accept v1 for now: sealer run … -e AllowCgroupV1=true"
	}
	return wrong("the host has cgroup v1; the kubelet needs v2", help)
}

func checkSELinux(f *Facts, _ *Settings) []Finding {
	if !f.SELinux {
		return nil
	}
	return wrong("SELinux enforces, and its policy does not know what is installed here: containers could not read their own files",
		"set it to permissive, now (setenforce 0) and for good (SELINUX=permissive in /etc/selinux/config)")
}
