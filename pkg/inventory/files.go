package inventory

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/opc-source/opc-image/pkg/chart"
	"github.com/opc-source/opc-image/pkg/discover"
)

// RenderOptions say how a single chart is rendered.
type RenderOptions struct {
	// KubeVersion and what follows are as in chart.Options.
	KubeVersion string
	Release     string
	Namespace   string
	Values      [][]byte
	APIVersions []string
}

// ScanFiles lists the images that a chart (a directory or a .tgz), a
// kustomization, or a file or directory of manifests asks for. name is the path
// within fsys.
func ScanFiles(ctx context.Context, fsys fs.FS, name string, opts RenderOptions) (*Report, error) {
	finder, err := discover.New(discover.Limits{})
	if err != nil {
		return nil, err
	}
	s := &scanner{root: fsys, opts: Options{KubeVersion: opts.KubeVersion}, finder: finder}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	isChart := info.IsDir() && exists(fsys, path.Join(name, "Chart.yaml"))
	var decision *discover.Decision
	switch {
	case isChart || strings.HasSuffix(name, ".tgz"):
		decision, err = s.chart(ctx, name, info.IsDir(), opts)
	case info.IsDir():
		decision, err = s.decide(ctx, part{dir: name})
	default:
		decision, err = s.file(ctx, name, fs.FileInfoToDirEntry(info))
	}
	if err != nil {
		return nil, err
	}
	return report([]*discover.Decision{decision}), nil
}

func (s *scanner) chart(ctx context.Context, name string, isDir bool, opts RenderOptions) (*discover.Decision, error) {
	ch, err := s.loadChart(name, isDir)
	if err != nil {
		return nil, err
	}
	docs, err := chart.Render(ctx, ch, chart.Options{
		KubeVersion: opts.KubeVersion, Release: opts.Release, Namespace: opts.Namespace, Values: opts.Values,
		APIVersions: opts.APIVersions,
	})
	if err != nil {
		return nil, err
	}
	annotated, err := discover.ChartAnnotations("", ch.ID(), ch.Annotations())
	if err != nil {
		return nil, err
	}
	found, err := s.finder.Find(ctx, "", docs)
	if err != nil {
		return nil, err
	}
	return s.verdict.decide("", discover.Merge(*annotated, *found)), nil
}

func (s *scanner) file(ctx context.Context, name string, entry fs.DirEntry) (*discover.Decision, error) {
	collected := &discover.Report{}
	docs, _, err := s.entry(ctx, name, entry, part{}, collected)
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 && len(collected.Findings) == 0 {
		return nil, fmt.Errorf("%s is neither a chart (.tgz), YAML (.yaml, .yml) nor an %s", name, imageList)
	}
	found, err := s.finder.Find(ctx, "", docs)
	if err != nil {
		return nil, err
	}
	return s.verdict.decide("", discover.Merge(*collected, *found)), nil
}
