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
	"github.com/opc-source/opc-image/test/e2e/real"
	"github.com/opc-source/opc-image/test/e2e/sealer"
)

const fullUsage = `usage: e2e full -image base.tar -charts DIR [-only NAME,…] [-record FILE]

Builds an image of all components of the profile full, with the real charts and
manifests of DIR and with stand-ins for container images but those that real.yaml
says how to make, brings a cluster up from it, and launches one component after the
other. What is missing in DIR is said, with the commands that fetch it.`

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
	all, err := opc.LoadCatalog()
	if err != nil {
		return err
	}
	own, err := real.Load()
	if err != nil {
		return err
	}
	chosen, err := withRequired(all, *only)
	if err != nil {
		return err
	}
	operators, err := own.Texts(ctx)
	if err != nil {
		return err
	}
	image, err := buildFull(ctx, o, *charts, own, chosen)
	if err != nil {
		return err
	}
	set, err := newStage(ctx, o.cache, o.mirror)
	if err != nil {
		return err
	}
	set.image = image.Image
	if o.verbose {
		set.out = os.Stdout
	}
	return tell(ctx, story{tell: func(ctx context.Context, s *stage) error {
		c, err := fullCluster(ctx, s)
		if err != nil {
			return err
		}
		trial := &full.Trial{
			Cluster: c, Real: own.Components, Operators: operators, Standins: image.standins,
			Log: func(format string, args ...any) { fmt.Printf("        "+format+"\n", args...) },
		}
		names := slices.DeleteFunc(slices.Clone(image.Extension.Launch.AppNames[1:]), func(name string) bool {
			return len(chosen) > 0 && !slices.ContainsFunc(chosen, func(c *catalog.Component) bool { return c.Name == name })
		})
		return launchAll(ctx, trial, all, names, image.Extension.Applications, *record)
	}}, set, o.keep)
}

// fullCluster brings a cluster up that has its network, and no component yet.
func fullCluster(ctx context.Context, s *stage) (*sealer.Cluster, error) {
	image := *s.image
	image.Extension.Launch.AppNames = image.Extension.Launch.AppNames[:1]
	s.image = &image
	c, err := s.cluster(ctx, 1, 0)
	if err != nil {
		return nil, err
	}
	return c, inOrder(
		s.act("the host has no way out", func() error { return noWayOut(ctx, c.Masters[0]) }),
		func() error { return s.run(ctx, c) },
		func() error { return suitFull(ctx, s, c) },
	)
}

// launchAll launches components in the order of the image, and writes down what
// became of each as soon as that is known.
func launchAll(ctx context.Context, trial *full.Trial, all *catalog.Catalog, names []string, applications []sealerApp, record string) error {
	if err := trial.Begin(ctx); err != nil {
		return err
	}
	var results full.Results
	var err error
	if results.Kubernetes, err = serverVersion(ctx, trial.Cluster); err != nil {
		return err
	}
	for _, name := range names {
		component, err := all.Get(name)
		if err != nil {
			return err
		}
		app := slices.IndexFunc(applications, func(a sealerApp) bool { return a.Name == name })
		fmt.Printf("   %s %s\n", component.Name, component.Version)
		outcome, err := trial.Launch(ctx, component, applications[app].Command())
		if err != nil {
			return errors.Join(fmt.Errorf("%s: %w", component.Name, err), results.Err())
		}
		results.Add(component, outcome)
		fmt.Print(outcome)
		if err := results.Write(record); err != nil {
			return err
		}
	}
	fmt.Println("   " + results.String())
	return results.Err()
}

// withRequired are components whose names are given with commas, and what they
// require; nil: all.
func withRequired(all *catalog.Catalog, names string) ([]*catalog.Component, error) {
	if names == "" {
		return nil, nil
	}
	return all.Order(strings.Split(names, ",")...)
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
