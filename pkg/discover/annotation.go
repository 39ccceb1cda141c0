package discover

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// chartAnnotations are the annotations of Chart.yaml in which authors list their
// images: a YAML list of {name, image}.
var chartAnnotations = []string{"artifacthub.io/images", "helm.sh/images", "images"}

// ChartAnnotations lists the images that a chart's author declares in the
// annotations of Chart.yaml. id is the chart's "name-version".
func ChartAnnotations(component, id string, annotations map[string]string) (*Report, error) {
	var report Report
	for _, name := range chartAnnotations {
		body := annotations[name]
		if body == "" {
			continue
		}
		var images []struct {
			Image string `yaml:"image"`
		}
		if err := yaml.Unmarshal([]byte(body), &images); err != nil {
			return nil, fmt.Errorf("chart %s: annotation %s: not a YAML list of images: %w", id, name, err)
		}
		for i, entry := range images {
			e := Evidence{
				Component: component, Chart: id, File: "Chart.yaml", Raw: entry.Image, Rule: "chart/annotation",
				Path: fmt.Sprintf("annotations[%q]#[%d].image", name, i),
			}
			ref, s := readRef(entry.Image)
			if s == notRef {
				report.Unreadable = append(report.Unreadable, Remark{e, "not an image name"})
				continue
			}
			report.Findings = append(report.Findings, Finding{e, ref, Declared})
		}
	}
	return Merge(report), nil
}
