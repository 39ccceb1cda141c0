package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Host is one machine of a site.
type Host struct {
	Name string
	IP   string

	site *Site
	dir  string
	// These are kept in a file, for other commands.
	state state
}

type state struct {
	IP      string
	Nspawn  process
	Leader  process // systemd of the host, as this machine sees it.
	Cgroups []string
}

// Root is the host's root file system on this machine. Below /run, /tmp, /proc
// and /sys the host sees others.
func (h *Host) Root() string { return filepath.Join(h.dir, "root") }

// Running tells whether the host is up.
func (h *Host) Running() bool { return h.state.Leader.alive() }

// PID is the number by which this machine knows the host's first process.
func (h *Host) PID() int { return h.state.Leader.PID }

// IP6 is the host's other address: it ends as the first one does.
func (h *Host) IP6() string { return "fd00:88::" + h.IP[strings.LastIndexByte(h.IP, '.')+1:] }

// enter starts nspawn in the groups that come before "--".
const enter = `while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs"; shift; done; shift; exec "$@"`

// Boot starts the host and waits until systemd says that it is up.
func (h *Host) Boot(ctx context.Context) error {
	if h.Running() {
		return nil
	}
	machine := h.site.Name + "-" + h.Name
	if err := h.site.openNetwork(); err != nil {
		return err
	}
	if err := dropLink(h.site.network(), machine); err != nil {
		return err
	}
	groups, err := makeCgroups(h.site.network() + "-" + h.Name)
	h.state.Cgroups = groups
	if err = errors.Join(err, h.save()); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(h.dir, "console.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	args := append([]string{"-c", enter, "sh"}, groups...)
	args = append(args, "--", "systemd-nspawn", "--directory="+h.Root(), "--machine="+machine, "--hostname="+h.Name,
		"--boot", "--register=no", "--keep-unit", "--capability=all", "--system-call-filter=@keyring bpf",
		"--network-bridge="+bridge, "--resolv-conf=off", "--timezone=off", "--console=pipe", "--bind=/dev/kmsg")
	cmd := inNetwork(h.site.network(), "sh", args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Ctrl-C is for the harness, which takes it down in order.
	if CgroupV1() {
		cmd.Env = append(os.Environ(), "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=0")
	} else {
		cmd.Env = append(os.Environ(), "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1")
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start systemd-nspawn (apt-get install systemd-container): %w", err)
	}
	go cmd.Wait()
	if h.state.Nspawn, err = find(cmd.Process.Pid); err != nil {
		return fmt.Errorf("boot %s: systemd-nspawn ended at once; see %s", h.Name, log.Name())
	}
	if err := h.save(); err != nil {
		return err
	}
	return h.await(ctx)
}

// await waits for the first process of the host, and for it to be ready.
func (h *Host) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if !h.state.Leader.alive() {
			for _, pid := range children(h.state.Nspawn.PID) {
				if first(pid) {
					h.state.Leader, _ = find(pid)
				}
			}
		}
		if h.Running() {
			out, _ := h.Command(ctx, "systemctl", "is-system-running").Output()
			if s := strings.TrimSpace(string(out)); s == "running" || s == "degraded" {
				return h.save()
			}
		}
		if !h.state.Nspawn.alive() {
			return fmt.Errorf("boot %s: systemd-nspawn ended; see %s/console.log", h.Name, h.dir)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("boot %s: not up within a minute; see %s/console.log", h.Name, h.dir)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// PowerOff shuts the host down in order.
func (h *Host) PowerOff() error {
	const powerOff = syscall.Signal(34 + 4) // SIGRTMIN+4, systemd(1).
	return h.stop(powerOff, 100*time.Second)
}

// Cut takes the power away.
func (h *Host) Cut() error { return h.stop(syscall.SIGKILL, 20*time.Second) }

func (h *Host) stop(s syscall.Signal, limit time.Duration) error {
	if err := h.state.Leader.signal(s); err != nil {
		return err
	}
	if !h.state.Leader.alive() {
		limit = time.Second // It was not up yet: end nspawn itself.
	}
	if !h.state.Nspawn.ended(limit) {
		h.state.Leader.signal(syscall.SIGKILL)
		h.state.Nspawn.signal(syscall.SIGKILL)
		if !h.state.Nspawn.ended(10 * time.Second) {
			return fmt.Errorf("host %s does not end (process %d)", h.Name, h.state.Nspawn.PID)
		}
	}
	h.state.Leader, h.state.Nspawn = process{}, process{}
	// Processes of a container may take a moment to be gone.
	var err error
	for range 50 {
		if err = removeCgroups(h.state.Cgroups); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	h.state.Cgroups = nil
	return errors.Join(err, h.save())
}

// Command is a program to run on the host, as root, in root's home directory.
func (h *Host) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	all := []string{"-t", fmt.Sprint(h.state.Leader.PID), "-m", "-u", "-i", "-n", "-p", "-C", "--root", "--",
		"env", "-i", "-C", "/root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", "TERM=" + os.Getenv("TERM"), name}
	return exec.CommandContext(ctx, "nsenter", append(all, args...)...)
}

func (h *Host) save() error {
	h.state.IP = h.IP
	data, err := json.Marshal(h.state)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(h.dir, "state.json"), data, 0o600)
}
