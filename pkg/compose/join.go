package compose

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// join makes one plan of the plans of several platforms. Most files are the
// same for all; what differs is marked with its platform. The files of each
// platform keep their order, since later ones replace earlier ones.
func join(platforms []string, plans []*Plan) (*Plan, error) {
	joined := *plans[0]
	if len(plans) == 1 {
		return &joined, nil
	}
	for i, p := range plans[1:] {
		if parts := differences(plans[0], p); len(parts) > 0 {
			return nil, fmt.Errorf("the Kubefile gives another %s for %s than for %s; only files, ENV, LABEL and the environment of RUN may depend on the platform",
				strings.Join(parts, ", "), platforms[i+1], platforms[0])
		}
	}
	var err error
	if joined.Files, err = joinFiles(platforms, plans); err != nil {
		return nil, err
	}
	joinMetadata(&joined, platforms, plans)
	joined.Runs = joinRuns(platforms, plans)
	joined.Downloads = joinDownloads(platforms, plans)
	for _, p := range plans[1:] {
		for _, w := range p.Warnings {
			if !slices.Contains(joined.Warnings, w) {
				joined.Warnings = append(slices.Clip(joined.Warnings), w)
			}
		}
	}
	return &joined, nil
}

// differences names the parts of two plans that are not the same and have to be.
func differences(a, b *Plan) (parts []string) {
	commands := func(p *Plan) (list [][]string) {
		for _, r := range p.Runs {
			list = append(list, append([]string{r.Network}, r.Command...))
		}
		return list
	}
	for _, part := range []struct {
		name string
		a, b any
	}{
		{"FROM", a.Base, b.Base},
		{"MAINTAINER", a.Author, b.Author},
		{"KUBEVERSION", a.SupportedKube, b.SupportedKube},
		{"APP", []any{a.Apps, a.CNI, a.CSI}, []any{b.Apps, b.CNI, b.CSI}},
		{"LAUNCH or CMDS", a.Launch, b.Launch},
		{"RUN", commands(a), commands(b)},
	} {
		if !reflect.DeepEqual(part.a, part.b) {
			parts = append(parts, part.name)
		}
	}
	return parts
}

// joinMetadata keeps one where all platforms have the same.
func joinMetadata(joined *Plan, platforms []string, plans []*Plan) {
	same := !slices.ContainsFunc(plans, func(p *Plan) bool { return !reflect.DeepEqual(p.Metadata, joined.Metadata) })
	if same {
		return
	}
	joined.Metadata, joined.MetadataFor = Metadata{}, map[string]Metadata{}
	for i, p := range plans {
		joined.MetadataFor[platforms[i]] = p.Metadata
	}
}

func joinRuns(platforms []string, plans []*Plan) []Run {
	runs := slices.Clone(plans[0].Runs)
	for i := range runs {
		same := !slices.ContainsFunc(plans, func(p *Plan) bool { return !slices.Equal(p.Runs[i].Env, runs[i].Env) })
		if same {
			continue
		}
		runs[i].Env, runs[i].EnvFor = nil, map[string][]string{}
		for j, p := range plans {
			runs[i].EnvFor[platforms[j]] = p.Runs[i].Env
		}
	}
	return runs
}

// joinDownloads lists every download once, with the platforms that need it.
func joinDownloads(platforms []string, plans []*Plan) []Download {
	var joined []Download
	needs := map[string][]string{}
	for i, p := range plans {
		for _, d := range p.Downloads {
			if needs[d.Source] == nil {
				joined = append(joined, d)
			}
			needs[d.Source] = append(needs[d.Source], platforms[i])
		}
	}
	for i, d := range joined {
		if len(d.Platforms) == 0 && len(needs[d.Source]) < len(platforms) {
			joined[i].Platforms = needs[d.Source]
		}
	}
	return joined
}
