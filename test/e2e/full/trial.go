package full

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/test/e2e/sealer"
)

//go:embed bin
var programs embed.FS

// binDir is where [programs] are on the host, and settled what they write.
const (
	binDir  = "/root/opc-e2e-bin"
	settled = "/root/opc-e2e-settled"
	path    = "/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/bin"
)

// launchSeconds are more than any launch needs that waits for nothing.
const launchSeconds = 180

// Trial launches components on a cluster, one after the other.
type Trial struct {
	Cluster *sealer.Cluster
	// Log is told what goes on.
	Log func(format string, args ...any)

	releases map[string]bool // those that have been looked at
	before   map[string]bool // workloads of the base, which stay

	volumesMade map[string]bool // by claim
}

// Outcome is what became of a component.
type Outcome struct {
	// Objects that were checked strictly, pods that its objects made, and images
	// that were pulled.
	Objects, Pods, Images int
	// Settled are the webhooks and API services that were accepted and removed.
	Settled []string
	// Problems are why it does not count as admitted.
	Problems []string
}

// Begin prepares the host: programs, a namespace, and a list of what is there.
func (t *Trial) Begin(ctx context.Context) error {
	t.releases, t.volumesMade = map[string]bool{}, map[string]bool{}
	master := t.Cluster.Masters[0]
	sub, err := fs.Sub(programs, "bin")
	if err != nil {
		return err
	}
	dir := filepath.Join(master.Root(), binDir)
	if err := os.CopyFS(dir, sub); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := os.Chmod(filepath.Join(dir, entry.Name()), 0o755); err != nil {
			return err
		}
	}
	if _, err := t.Cluster.Kubectl(ctx, "create", "namespace", namespace); err != nil {
		return err
	}
	t.before, err = t.workloads(ctx)
	return err
}

// Launch launches a component as sealer does, and looks at what became of it. An
// error means that the cluster cannot be asked any more.
func (t *Trial) Launch(ctx context.Context, c *catalog.Component, command string) (Outcome, error) {
	var o Outcome
	log := filepath.Join(t.Cluster.Masters[0].Root(), settled)
	if err := os.WriteFile(log, nil, 0o644); err != nil {
		return o, err
	}
	start := time.Now()
	out, err := t.Cluster.Shell(ctx, t.Cluster.Masters[0], map[string]string{"PATH": binDir + ":" + path},
		fmt.Sprintf("cd %s && timeout %d bash -c %q 2>&1", sealer.Rootfs, launchSeconds, command))
	if err != nil {
		o.Problems = append(o.Problems, "launch: "+end(out))
	}
	o.Problems = append(o.Problems, unknown(out)...)
	t.Log("launched in %.1f s", time.Since(start).Seconds())
	checks := []func(context.Context, *Outcome) error{t.charts, t.definitions, t.pods}
	for _, check := range checks {
		if err := check(ctx, &o); err != nil {
			return o, err
		}
	}
	if err := t.pull(ctx, c, &o); err != nil {
		return o, err
	}
	data, err := os.ReadFile(log)
	o.Settled = strings.Fields(string(data))
	return o, errors.Join(err, t.clear(ctx))
}

// unknown are the warnings about fields that nobody knows.
func unknown(out string) (list []string) {
	for line := range strings.Lines(out) {
		if strings.Contains(line, "unknown field") {
			list = append(list, strings.TrimSpace(line))
		}
	}
	return list
}

// definitions makes sure that all definitions are established.
func (t *Trial) definitions(ctx context.Context, o *Outcome) error {
	const template = `jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Established")].status}{"\n"}{end}`
	var not []string
	for range 20 {
		out, err := t.Cluster.Kubectl(ctx, "get", "crd", "-o", template)
		if err != nil {
			return err
		}
		not = nil
		for line := range strings.FieldsSeq(out) {
			if name, status, _ := strings.Cut(line, "="); status != "True" {
				not = append(not, "the definition "+name+" is not established")
			}
		}
		if len(not) == 0 {
			return nil
		}
		time.Sleep(500 * time.Millisecond)
	}
	o.Problems = append(o.Problems, not...)
	return nil
}

// end is the last of what a program said.
func end(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return fmt.Sprint(strings.Join(lines[max(0, len(lines)-8):], "\n    "))
}
