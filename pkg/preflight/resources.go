package preflight

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	mib = 1 << 20
	gib = 1 << 30

	// kubeadm's own limits for a master: 2 processors and 1700 MB.
	masterCPUs   = 2
	masterMemory = 1700 * 1000 * 1000
	nodeMemory   = 900 * 1000 * 1000
	// What images and logs need at least, and what is comfortable.
	diskNeeded = 5 * gib
	diskWanted = 20 * gib
)

func checkCPU(f *Facts, s *Settings) []Finding {
	if s.Role == Master && f.CPUs < masterCPUs {
		return wrong(fmt.Sprintf("%d processor; a master needs %d", f.CPUs, masterCPUs), "give the machine more")
	}
	return nil
}

func checkMemory(f *Facts, s *Settings) []Finding {
	need := int64(nodeMemory)
	if s.Role == Master {
		need = masterMemory
	}
	if f.Memory < need {
		return wrong(fmt.Sprintf("%d MiB of memory; a %s needs %d", f.Memory/mib, s.Role, need/mib), "give the machine more")
	}
	return nil
}

// checkSwap only warns: the scripts turn swap off.
func checkSwap(f *Facts, _ *Settings) []Finding {
	if len(f.Swap) == 0 {
		return nil
	}
	return doubtful(fmt.Sprintf("swap is on (%s); it is turned off, and again before each start of the kubelet", strings.Join(f.Swap, ", ")),
		"take it out of /etc/fstab")
}

func checkDisks(f *Facts, _ *Settings) []Finding {
	var all []Finding
	for _, d := range f.Disks {
		switch {
		case d.Free < diskNeeded:
			all = append(all, wrong(fmt.Sprintf("%s has %.1f GiB left; images need %d at least", d.Path, float64(d.Free)/gib, diskNeeded/gib), "make room, or mount a larger disk there")...)
		case d.Free*100 < d.Total*15:
			all = append(all, doubtful(fmt.Sprintf("%s has %d %% left: the kubelet throws pods out and deletes images below 15 %%", d.Path, d.Free*100/d.Total), "make room, or mount a larger disk there")...)
		case d.Free < diskWanted:
			all = append(all, doubtful(fmt.Sprintf("%s has %.1f GiB left; %d are better", d.Path, float64(d.Free)/gib, diskWanted/gib), "")...)
		}
	}
	return all
}

// written is when these lines were; no clock can be right before that.
var written = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func checkClock(f *Facts, _ *Settings) []Finding {
	switch {
	case f.Now.Before(written):
		return wrong(fmt.Sprintf("the clock says %s, which is in the past: certificates would not be valid", f.Now.UTC().Format(time.RFC3339)),
			"set the clock (date -s) and run chronyd")
	case !f.Synchronized:
		return doubtful("nothing keeps the clock in time (the kernel says so)", "run chronyd, with one host of the cluster as the source if there is no other")
	}
	return nil
}

func checkRuntime(f *Facts, _ *Settings) []Finding {
	if f.Ours {
		return nil
	}
	var all []Finding
	for _, process := range []string{"dockerd", "containerd", "crio", "kubelet", "k3s-server", "k3s-agent", "k0s"} {
		if slices.Contains(f.Processes, process) {
			all = append(all, wrong(process+" runs on this host", "remove the package or the cluster it belongs to; its containers are not touched")...)
		}
	}
	if len(f.Found) > 0 {
		all = append(all, wrong("another container runtime or cluster has left "+strings.Join(f.Found, ", "),
			"remove it; if nothing uses it any more, these files too")...)
	}
	return all
}
