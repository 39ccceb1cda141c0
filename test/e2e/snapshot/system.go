package snapshot

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/nftables"
	"github.com/vishvananda/netns"

	"github.com/opc-source/opc-image/test/e2e/host"
)

// output runs a command on the host.
func output(ctx context.Context, h *host.Host, script string) (string, error) {
	out, err := h.Command(ctx, "sh", "-c", script).Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", script, err)
	}
	return string(out), nil
}

// each calls f with the words of every line that a command prints.
func each(ctx context.Context, h *host.Host, script string, f func(words []string, line string)) error {
	out, err := output(ctx, h, script)
	if err != nil {
		return err
	}
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if words := strings.Fields(line); len(words) > 0 {
			f(words, line)
		}
	}
	return nil
}

// units notes the units that are installed, whether they start at boot, and
// those that are loaded, with their state; mounts are noted for themselves.
func (s Snapshot) units(ctx context.Context, h *host.Host) error {
	if err := each(ctx, h, "systemctl list-unit-files --no-legend --no-pager", func(words []string, _ string) {
		s["unit "+words[0]+" at boot"] = words[1]
	}); err != nil {
		return err
	}
	return each(ctx, h, "systemctl list-units --all --plain --no-legend --no-pager --type=service,timer,socket", func(words []string, _ string) {
		// A oneshot that has run and one that has not come and go: failures count.
		if words[2] != "inactive" {
			s["unit "+words[0]+" now"] = words[2]
		}
	})
}

// processes notes the programs that run, by their names.
func (s Snapshot) processes(ctx context.Context, h *host.Host) error {
	return each(ctx, h, "ps -e -o comm=", func(words []string, line string) {
		switch words[0] {
		case "ps", "sh": // Our own.
		default:
			s["process "+line] = "runs"
		}
	})
}

func (s Snapshot) mounts(ctx context.Context, h *host.Host) error {
	return each(ctx, h, "cat /proc/1/mountinfo", func(words []string, _ string) { s["mount "+words[4]] = "is there" })
}

// network notes interfaces, addresses, routes and rules for them.
func (s Snapshot) network(ctx context.Context, h *host.Host) error {
	if err := each(ctx, h, "ip -o link show", func(words []string, _ string) {
		name, _, _ := strings.Cut(strings.TrimSuffix(words[1], ":"), "@")
		s["interface "+name] = "is there"
	}); err != nil {
		return err
	}
	if err := each(ctx, h, "ip -o address show scope global", func(words []string, _ string) {
		s["address "+words[1]+" "+words[3]] = "is there"
	}); err != nil {
		return err
	}
	if err := each(ctx, h, "ip -o route show table all", func(_ []string, line string) { s["route "+line] = "is there" }); err != nil {
		return err
	}
	return each(ctx, h, "ip rule show", func(_ []string, line string) { s["routing rule "+line] = "is there" })
}

// settings notes what sysctl tells.
func (s Snapshot) settings(ctx context.Context, h *host.Host) error {
	return each(ctx, h, "sysctl -a 2>/dev/null || true", func(_ []string, line string) {
		if name, value, ok := strings.Cut(line, " = "); ok {
			s["setting "+name] = value
		}
	})
}

// rules notes the tables of nftables and their chains.
func (s Snapshot) rules(_ context.Context, h *host.Host) error {
	ns, err := netns.GetFromPid(h.PID())
	if err != nil {
		return err
	}
	defer ns.Close()
	connection, err := nftables.New(nftables.WithNetNSFd(int(ns)))
	if err != nil {
		return err
	}
	tables, err := connection.ListTables()
	if err != nil {
		return err
	}
	for _, t := range tables {
		s[fmt.Sprintf("rules of table %s (family %d)", t.Name, t.Family)] = "are there"
	}
	return nil
}
