package inventory

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/opc-source/opc-image/pkg/chart"
	"github.com/opc-source/opc-image/pkg/chart/kustomize"
	"github.com/opc-source/opc-image/pkg/chart/manifest"
	"github.com/opc-source/opc-image/pkg/discover"
	"github.com/opc-source/opc-image/pkg/reference"
)

// maxFile bounds a file that is read for images, in bytes.
const maxFile = 64 << 20

// imageList names images by hand, one a line, as sealer has it.
const imageList = "imageList"

// decide finds the images of one part.
func (s *scanner) decide(ctx context.Context, p part) (*discover.Decision, error) {
	if p.component != nil {
		return s.component(ctx, p)
	}
	if p.launch {
		return s.launched(ctx, p)
	}
	docs, report, err := s.directory(ctx, p)
	if err != nil {
		return nil, err
	}
	found, err := s.finder.Find(ctx, p.app, docs)
	if err != nil {
		return nil, err
	}
	p.served.add(found.APIs)
	return s.verdict.decide(p.app, discover.Merge(*report, *found)), nil
}

func (s *scanner) loadChart(name string, isDir bool) (*chart.Chart, error) {
	if isDir {
		sub, err := fs.Sub(s.root, name)
		if err != nil {
			return nil, err
		}
		ch, err := chart.LoadDir(sub, chart.Limits{})
		if err != nil {
			return nil, fmt.Errorf("chart %s: %w", name, err)
		}
		return ch, nil
	}
	f, err := s.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	ch, err := chart.Load(f, chart.Limits{})
	if err != nil {
		return nil, fmt.Errorf("chart %s: %w", name, err)
	}
	return ch, nil
}

// directory reads everything below a directory that belongs to no component:
// charts with their default values, kustomizations, and YAML files.
func (s *scanner) directory(ctx context.Context, p part) ([]manifest.Document, *discover.Report, error) {
	var docs []manifest.Document
	report := &discover.Report{}
	err := fs.WalkDir(s.root, p.dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		more, skip, err := s.entry(ctx, name, entry, p, report)
		docs = append(docs, more...)
		if err == nil && skip {
			err = fs.SkipDir
		}
		return err
	})
	return docs, report, err
}

// entry reads one name of a directory; skip tells that all below is read.
func (s *scanner) entry(ctx context.Context, name string, entry fs.DirEntry, p part, report *discover.Report) (docs []manifest.Document, skip bool, err error) {
	switch {
	case entry.IsDir() && exists(s.root, path.Join(name, "Chart.yaml")):
		docs, err = s.defaults(ctx, name, true, p)
		return docs, true, err
	case entry.IsDir() && exists(s.root, path.Join(name, "kustomization.yaml")):
		docs, err = kustomize.Build(ctx, s.root, name, kustomize.Limits{})
		return docs, true, err
	case !entry.Type().IsRegular():
		return nil, false, nil
	case strings.HasSuffix(name, ".tgz") && path.Base(path.Dir(name)) == "charts":
		docs, err = s.defaults(ctx, name, false, p)
		return docs, false, err
	case path.Base(name) == imageList:
		return nil, false, s.list(name, p, report)
	case strings.HasSuffix(name, ".yaml.tmpl"), strings.HasSuffix(name, ".yml.tmpl"):
		docs, err = s.template(name, p, report)
		return docs, false, err
	case strings.HasSuffix(name, ".yaml"), strings.HasSuffix(name, ".yml"):
		data, err := s.read(name)
		if err != nil {
			return nil, false, err
		}
		docs, err = manifest.Split(name, data, manifest.Limits{})
		return docs, false, err
	}
	return nil, false, nil
}

// defaults renders a chart as "helm install" without values does.
func (s *scanner) defaults(ctx context.Context, name string, isDir bool, p part) ([]manifest.Document, error) {
	ch, err := s.loadChart(name, isDir)
	if err != nil {
		return nil, err
	}
	return s.render(ctx, ch, p, chart.Options{})
}

// render renders a chart for the cluster as it is when the part is launched.
func (s *scanner) render(ctx context.Context, ch *chart.Chart, p part, opts chart.Options) (docs []manifest.Document, err error) {
	opts.KubeVersion = s.opts.KubeVersion
	if ch.AsksAPIs() {
		if opts.APIVersions, err = p.served.now(ctx); err != nil {
			return nil, err
		}
	}
	return chart.Render(ctx, ch, opts)
}

// list reads image names, one a line; blank lines and comments do not count.
func (s *scanner) list(name string, p part, report *discover.Report) error {
	return s.lines(name, func(n int, line, _ string) error {
		ref, err := reference.Parse(line)
		if err != nil {
			return err
		}
		e := discover.Evidence{Component: p.app, File: name, Path: fmt.Sprintf("line %d", n), Rule: "image-list", Raw: line}
		report.Findings = append(report.Findings, discover.Finding{Evidence: e, Image: ref, Confidence: discover.Declared})
		return nil
	})
}

// read reads a file of bounded size.
func (s *scanner) read(name string) ([]byte, error) {
	info, err := fs.Stat(s.root, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s has %d bytes, more than the limit of %d", name, info.Size(), int64(maxFile))
	}
	return fs.ReadFile(s.root, name)
}
