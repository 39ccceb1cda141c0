package chart

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	v2 "helm.sh/helm/v4/pkg/chart/v2"
	"sigs.k8s.io/yaml"

	"github.com/opc-source/opc-image/pkg/chart/manifest"
)

// documents splits the rendered files and puts the CRDs first.
func documents(c *Chart, parsed *v2.Chart, rendered map[string]string, opts Options) ([]Document, error) {
	var docs []Document
	total := int64(0)
	add := func(name string, data []byte) error {
		total += int64(len(data))
		if total > c.limits.RenderedBytes {
			return fmt.Errorf("%s: the templates print more than the %d bytes allowed", name, c.limits.RenderedBytes)
		}
		split, err := manifest.Split(name, data, manifest.Limits{})
		docs = append(docs, split...)
		return err
	}
	if !opts.SkipCRDs {
		crds := parsed.CRDObjects()
		slices.SortStableFunc(crds, func(a, b v2.CRD) int { return strings.Compare(a.Filename, b.Filename) })
		for _, crd := range crds {
			if err := add(crd.Filename, crd.File.Data); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rendered)) {
		if path.Base(name) == "NOTES.txt" {
			continue
		}
		if err := add(name, []byte(rendered[name])); err != nil {
			return nil, err
		}
	}
	for i := range docs {
		docs[i].Chart = c.ID()
		if err := classify(&docs[i]); err != nil {
			return nil, err
		}
	}
	return docs, nil
}

// classify fills in the hooks of a document. Only documents that mention helm's
// annotation are parsed here.
func classify(doc *Document) error {
	if !bytes.Contains(doc.Data, []byte("helm.sh/hook")) {
		return nil
	}
	var head struct {
		Metadata struct {
			Annotations map[string]string `json:"annotations"`
		} `json:"metadata"`
	}
	if err := yaml.Unmarshal(doc.Data, &head); err != nil {
		return fmt.Errorf("%s:%d: rendered document is not YAML: %w", doc.File, doc.Line, err)
	}
	for event := range strings.SplitSeq(head.Metadata.Annotations["helm.sh/hook"], ",") {
		if event = strings.ToLower(strings.TrimSpace(event)); event != "" {
			doc.Hooks = append(doc.Hooks, event)
		}
	}
	slices.Sort(doc.Hooks)
	if len(doc.Hooks) > 0 && !slices.ContainsFunc(doc.Hooks, func(e string) bool { return !isTest(e) }) {
		doc.Skipped = "test hook: runs only with helm test"
	}
	return nil
}

// isTest reports whether a hook event is one of helm test; the second name is
// helm 2's.
func isTest(event string) bool { return event == "test" || event == "test-success" }
