package sealer

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"

	"github.com/opc-source/opc-image/test/e2e/host"
)

// plugin is an object of kind Plugin.
type plugin struct {
	Metadata struct{ Name string }
	Spec     struct {
		Type, Action, Scope, Data string
	}
}

// loadHooks reads the plugins of an image (pkg/cluster-runtime/hook.go).
func loadHooks(dir string) ([]plugin, error) {
	names, err := filepath.Glob(filepath.Join(dir, "plugins", "*.y*ml"))
	if err != nil {
		return nil, err
	}
	var hooks []plugin
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		documents, err := documents(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, document := range documents {
			var p plugin
			if err := yaml.Unmarshal(document, &p); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if p.Spec.Type != "SHELL" {
				return nil, fmt.Errorf("%s: sealer knows no plugins of type %q", name, p.Spec.Type)
			}
			hooks = append(hooks, p)
		}
	}
	slices.SortStableFunc(hooks, func(a, b plugin) int { return strings.Compare(a.Metadata.Name, b.Metadata.Name) })
	return hooks, nil
}

// documents takes a YAML stream apart.
func documents(data []byte) ([][]byte, error) {
	var list [][]byte
	for reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(data))); ; {
		document, err := reader.Read()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(document)) > 0 {
			list = append(list, document)
		}
	}
}

// hook runs the plugins of a phase of the cluster, on the first master.
func (c *Cluster) hook(ctx context.Context, phase string) error {
	for _, p := range c.hooks {
		if p.in(phase) {
			if err := c.runHook(ctx, p, c.Masters[0]); err != nil {
				return err
			}
		}
	}
	return nil
}

// hostHook runs the plugins of a phase of hosts, on those that the plugin's
// scope names: one plugin after the other, one host after the other.
func (c *Cluster) hostHook(ctx context.Context, phase string, hosts []*host.Host) error {
	for _, p := range c.hooks {
		if !p.in(phase) {
			continue
		}
		for _, scope := range strings.Split(p.Spec.Scope, "|") {
			var of []*host.Host
			switch strings.TrimSpace(scope) {
			case "master":
				of = c.Masters
			case "node":
				of = c.Workers
			}
			for _, h := range of {
				if !slices.Contains(hosts, h) {
					continue
				}
				if err := c.runHook(ctx, p, h); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p plugin) in(phase string) bool {
	return slices.Contains(strings.Split(p.Spec.Action, "|"), phase)
}

func (c *Cluster) runHook(ctx context.Context, p plugin, h *host.Host) error {
	env := c.env()
	env["HostIP"] = h.IP
	if _, err := c.Shell(ctx, h, env, inRootfs(strings.TrimSuffix(p.Spec.Data, "\n"))); err != nil {
		return fmt.Errorf("hook %s: %w", p.Metadata.Name, err)
	}
	return nil
}
