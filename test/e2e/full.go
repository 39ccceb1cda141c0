package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/test/e2e/full"
	"github.com/opc-source/opc-image/test/e2e/sealer"
)

const fullUsage = `usage: e2e full -image base.tar -charts DIR [-only NAME,…] [-record FILE]

Builds an image of all components of the profile full, with the real charts and
manifests of DIR and with stand-ins for container images, brings a cluster up from
it, and launches one component after the other. What is missing in DIR is said,
with the commands that fetch it.`

// fullCommand looks whether a cluster takes all of the catalog.
func fullCommand(ctx context.Context, args []string) error {
	var o options
	flags := flag.NewFlagSet("e2e full", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprintln(os.Stderr, fullUsage); flags.PrintDefaults() }
	flags.StringVar(&o.base, "image", "", "the base, an OCI `archive`")
	flags.StringVar(&o.pod, "pod", besides("-pod"), "the `program` of the tests' pods")
	flags.StringVar(&o.cache, "cache", filepath.Join(filepath.Dir(cacheDir()), "e2e-full"), "`directory` for what is kept between runs")
	flags.StringVar(&o.mirror, "mirror", "", "Debian mirror that hosts are made from, once")
	flags.BoolVar(&o.keep, "keep", false, "leave the host up: e2e host -site stories -cache DIR")
	flags.BoolVar(&o.verbose, "v", false, "show what hosts say")
	charts := flags.String("charts", "", "`directory` of the real charts and manifests")
	only := flags.String("only", "", "`names` of components, with commas; what they require is launched too")
	record := flags.String("record", "", "`file` to write down what was admitted")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.base == "" || *charts == "" {
		flags.Usage()
		return errors.New("-image and -charts are needed")
	}
	unlock, err := lock(o.cache)
	if err != nil {
		return err
	}
	defer unlock()
	image, err := buildFull(ctx, o, *charts)
	if err != nil {
		return err
	}
	var names []string
	if *only != "" {
		names = strings.Split(*only, ",")
	}
	set, err := newStage(ctx, o.cache, o.mirror)
	if err != nil {
		return err
	}
	set.image = image
	if o.verbose {
		set.out = os.Stdout
	}
	return tell(ctx, story{tell: func(ctx context.Context, s *stage) error {
		return launchAll(ctx, s, names, *record)
	}}, set, o.keep)
}

// launchAll brings a cluster up and launches the components of its image.
func launchAll(ctx context.Context, s *stage, only []string, record string) error {
	all, err := opc.LoadCatalog()
	if err != nil {
		return err
	}
	chosen, err := withRequired(all, only)
	if err != nil {
		return err
	}
	image := *s.image
	names := image.Extension.Launch.AppNames
	image.Extension.Launch.AppNames = names[:1] // The network; the others follow below.
	s.image = &image
	c, err := s.cluster(ctx, 1, 0)
	if err != nil {
		return err
	}
	if err := s.do("the host has no way out", func() error { return noWayOut(ctx, c.Masters[0]) }); err != nil {
		return err
	}
	if err := errors.Join(s.run(ctx, c), suitFull(ctx, s, c)); err != nil {
		return err
	}
	trial := &full.Trial{Cluster: c, Log: func(format string, args ...any) { fmt.Printf("        "+format+"\n", args...) }}
	if err := trial.Begin(ctx); err != nil {
		return err
	}
	results := full.Results{}
	if results.Kubernetes, err = serverVersion(ctx, c); err != nil {
		return err
	}
	for _, name := range names[1:] {
		if len(chosen) > 0 && !chosen[name] {
			continue
		}
		component, err := all.Get(name)
		if err != nil {
			return err
		}
		app := slices.IndexFunc(image.Extension.Applications, func(a sealerApp) bool { return a.Name == name })
		fmt.Printf("   %s %s\n", name, component.Version)
		outcome, err := trial.Launch(ctx, component, image.Extension.Applications[app].Command())
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		results.Add(component, outcome)
		fmt.Print(outcome)
	}
	return errors.Join(results.Write(record), results.Err())
}

// withRequired are components, and what they require.
func withRequired(all *catalog.Catalog, names []string) (map[string]bool, error) {
	chosen := map[string]bool{}
	if len(names) == 0 {
		return chosen, nil
	}
	order, err := all.Order(names...)
	for _, c := range order {
		chosen[c.Name] = true
	}
	return chosen, err
}

// serverVersion is the version of the API server.
func serverVersion(ctx context.Context, c *sealer.Cluster) (string, error) {
	raw, err := c.Kubectl(ctx, "get", "--raw", "/version")
	if err != nil {
		return "", err
	}
	var version struct {
		GitVersion string `json:"gitVersion"`
	}
	err = json.Unmarshal([]byte(raw), &version)
	return version.GitVersion, err
}

// suitFull lets pods run on the only master.
func suitFull(ctx context.Context, s *stage, c *sealer.Cluster) error {
	return s.do("the node is Ready and takes pods", func() error {
		if _, err := c.Kubectl(ctx, "taint", "node", "--all", "node-role.kubernetes.io/control-plane-"); err != nil {
			return err
		}
		_, err := c.Kubectl(ctx, "wait", "--for=condition=Ready", "node", "--all", "--timeout=3m")
		return err
	})
}
