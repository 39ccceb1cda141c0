package chart

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	commonutil "helm.sh/helm/v4/pkg/chart/common/util"
	v2 "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"

	"github.com/opc-source/opc-image/pkg/chart/manifest"
)

// Options says how a chart will be installed.
type Options struct {
	Release     string   // release name; default the chart's name
	Namespace   string   // default "default"
	Values      [][]byte // YAML, later ones win; default the chart's own values
	KubeVersion string   // such as "v1.36.4"; default DefaultKubeVersion
	APIVersions []string // served besides Kubernetes' own, "group/version" or "group/version/Kind"
	SkipCRDs    bool     // leave the crds/ directory out, as helm install --skip-crds
	Upgrade     bool     // render as helm upgrade; default as helm install
}

// Document is one rendered YAML document.
type Document = manifest.Document

// Render returns the documents in the order: CRDs, then templates by name, then
// position. Test hooks are returned with the reason they are skipped. Nothing is
// asked of a cluster or network: lookup finds nothing, and functions that draw
// random numbers or read the clock return constants, so equal inputs render
// equally.
func Render(ctx context.Context, c *Chart, opts Options) ([]Document, error) {
	if opts.Release == "" {
		opts.Release = c.Name()
	}
	if opts.Namespace == "" {
		opts.Namespace = "default"
	}
	docs, err := render(ctx, c, opts)
	if err != nil {
		return nil, fmt.Errorf("render chart %s as release %s: %w", c.ID(), opts.Release, invalid(err))
	}
	return docs, nil
}

func render(ctx context.Context, c *Chart, opts Options) ([]Document, error) {
	parsed, err := parse(c.files)
	if err != nil {
		return nil, err
	}
	if err := checkVendored(parsed); err != nil {
		return nil, err
	}
	values, err := mergeValues(opts.Values)
	if err != nil {
		return nil, err
	}
	if err := util.ProcessDependencies(parsed, values); err != nil {
		return nil, fmt.Errorf("sub-chart conditions and tags: %w", err)
	}
	caps, err := capabilities(parsed, opts)
	if err != nil {
		return nil, err
	}
	release := common.ReleaseOptions{
		Name: opts.Release, Namespace: opts.Namespace,
		Revision: 1, IsInstall: !opts.Upgrade, IsUpgrade: opts.Upgrade,
	}
	top, err := commonutil.ToRenderValuesWithSchemaValidation(parsed, values, release, caps, true)
	if err != nil {
		return nil, fmt.Errorf("merge values: %w", err)
	}
	if merged, ok := top["Values"].(common.Values); ok {
		if err := validate(parsed, merged); err != nil {
			return nil, err
		}
	}
	rendered, err := execute(ctx, parsed, top, c.limits)
	if err != nil {
		return nil, err
	}
	return documents(c, parsed, rendered, opts)
}

// mergeValues merges value files; a later one wins, key by key.
func mergeValues(layers [][]byte) (map[string]any, error) {
	merged := map[string]any{}
	for i, layer := range layers {
		values, err := loader.LoadValues(bytes.NewReader(layer))
		if err != nil {
			return nil, fmt.Errorf("values %d of %d: %w", i+1, len(layers), err)
		}
		merged = loader.MergeMaps(merged, values)
	}
	return merged, nil
}

// checkVendored refuses a chart that lacks sub-charts it lists: helm would
// install it without them.
func checkVendored(c *v2.Chart) error {
	var missing []string
	for _, want := range c.Metadata.Dependencies {
		if !slices.ContainsFunc(c.Dependencies(), func(have *v2.Chart) bool { return have.Name() == want.Name }) {
			missing = append(missing, want.Name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("sub-charts listed in Chart.yaml but not in charts/: %s; use the published archive", strings.Join(missing, ", "))
}

// execute runs the templates within the time allowed. A template that loops
// without end is left behind: the engine cannot be stopped from outside.
func execute(ctx context.Context, c *v2.Chart, top common.Values, limits Limits) (map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, limits.Time)
	defer cancel()
	watch := &watcher{}
	type result struct {
		files map[string]string
		err   error
	}
	done := make(chan result, 1)
	go func() {
		e := engine.Engine{CustomTemplateFuncs: templateFuncs(watch, limits)}
		files, err := e.RenderWithContext(ctx, c, top)
		done <- result{files, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return nil, watch.explain(c, r.err)
		}
		return r.files, nil
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, fmt.Errorf("templates ran longer than the %s allowed: %w", limits.Time, ctx.Err())
		}
		return nil, ctx.Err()
	}
}
