package full

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/test/e2e/real"
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

// How long launches may take: one that waits for nothing, and one of real software.
const (
	launchSeconds = 180
	realSeconds   = 600
)

// Trial launches components on a cluster, one after the other.
type Trial struct {
	Cluster *sealer.Cluster
	// Log is told what goes on.
	Log func(format string, args ...any)
	// Real are the components whose software is no stand-in.
	Real map[string]real.Component
	// Operators are what operators that are stand-ins would make, in YAML, by
	// component.
	Operators map[string]string
	// Standins are the images that are stand-ins, by their complete names.
	Standins map[string]bool

	served   map[string]bool // storage classes for which something makes volumes
	releases map[string]bool // those that have been looked at
	before   map[string]bool // workloads of the base, which stay

	volumesMade map[string]bool // by claim
}

// Begin prepares the host: programs, a namespace, and a list of what is there.
func (t *Trial) Begin(ctx context.Context) error {
	t.releases, t.volumesMade, t.served = map[string]bool{}, map[string]bool{}, map[string]bool{}
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
	own, isReal := t.Real[c.Name]
	out, err := t.launch(ctx, command, isReal)
	if err != nil {
		o.Problems = append(o.Problems, "launch: "+end(out))
	}
	o.Problems = append(o.Problems, unknown(out)...)
	if err := t.operate(ctx, c.Name); err != nil {
		return o, err
	}
	if isReal {
		if err := t.health(ctx, own, &o); err != nil {
			return o, err
		}
	}
	for _, check := range []func(context.Context, *Outcome, bool) error{t.charts, t.definitions, t.pods} {
		if err := check(ctx, &o, isReal); err != nil {
			return o, err
		}
	}
	if err := t.pull(ctx, c, &o); err != nil {
		return o, err
	}
	if own.Keep && len(o.Problems)+len(o.Ailments) == 0 {
		t.served[own.Class] = own.Class != ""
		return o, t.keep(ctx)
	}
	return o, t.remove(ctx, &o, log)
}

// launch runs the launch of a component: as it is where the software is real, and
// with the programs that stand before helm and kubectl where it is not.
func (t *Trial) launch(ctx context.Context, command string, isReal bool) (string, error) {
	start := time.Now()
	env, limit := map[string]string{"PATH": binDir + ":" + path}, launchSeconds
	if isReal {
		env, limit = map[string]string{"PATH": path, "SingleNode": "true"}, realSeconds
	}
	out, err := t.Cluster.Shell(ctx, t.Cluster.Masters[0], env,
		fmt.Sprintf("cd %s && timeout %d bash -c %q 2>&1", sealer.Rootfs, limit, command))
	t.Log("launched in %.1f s", time.Since(start).Seconds())
	return out, err
}

// operate makes what the operator of a component would make.
func (t *Trial) operate(ctx context.Context, name string) error {
	list, err := objects(t.Operators[name])
	if err == nil {
		err = t.kubectl(ctx, list, "apply", "--server-side", "--force-conflicts")
	}
	return err
}

// keep leaves what runs now to those that come after.
func (t *Trial) keep(ctx context.Context) error {
	found, err := t.workloads(ctx)
	maps.Copy(t.before, found)
	return err
}

// remove takes a component's webhooks, API services and workloads away.
func (t *Trial) remove(ctx context.Context, o *Outcome, log string) error {
	if _, err := t.Cluster.Shell(ctx, t.Cluster.Masters[0], nil, binDir+"/settle"); err != nil {
		return err
	}
	data, err := os.ReadFile(log)
	o.Settled = strings.Fields(string(data))
	return errors.Join(err, t.clear(ctx))
}
