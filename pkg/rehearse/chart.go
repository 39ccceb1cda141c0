package rehearse

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// The media types of a chart in a registry, as Helm pushes it.
const (
	mediaTypeChartConfig = "application/vnd.cncf.helm.config.v1+json"
	mediaTypeChart       = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
)

// chartMetadata is the part of Chart.yaml that a stand-in has. JSON is YAML.
type chartMetadata struct {
	APIVersion  string            `json:"apiVersion"`
	Name        string            `json:"name"`
	Version     string            `json:"version"`
	AppVersion  string            `json:"appVersion"`
	Description string            `json:"description"`
	Type        string            `json:"type"`
	Annotations map[string]string `json:"annotations"`
}

// metadata describes the stand-in of a chart.
func (c Chart) metadata() chartMetadata {
	return chartMetadata{
		APIVersion: "v2", Name: c.Name, Version: c.Version, AppVersion: c.Version, Type: "application",
		Description: "Stand-in for " + c.Name + ", made by a rehearsal",
		Annotations: map[string]string{Annotation: "true"},
	}
}

// chartArchive packs the stand-in of a chart, unless there is an archive of it.
// The templates of a stand-in use no value, so it takes any.
func chartArchive(c Chart) ([]byte, error) {
	if c.Archive != nil {
		return c.Archive, nil
	}
	metadata, err := json.MarshalIndent(c.metadata(), "", "  ")
	if err != nil {
		return nil, err
	}
	objects := workload(c.Name+" "+c.Version, c.Images, c.Arguments, c.Objects, quoted)
	var out bytes.Buffer
	err = writeTarGzip(&out, []member{
		{c.Name + "/Chart.yaml", append(metadata, '\n')},
		{c.Name + "/values.yaml", []byte("{}\n")},
		{c.Name + "/" + NoteFile, note("the chart " + c.Name)},
		{c.Name + "/templates/stand-in.yaml", []byte(literalTemplate(objects))},
	})
	return out.Bytes(), err
}

// literalTemplate is a text as a template that renders to it.
func literalTemplate(text string) string {
	return strings.ReplaceAll(text, "{{", `{{ "{{" }}`)
}

// chartArtifact is a chart as Helm pushes it to a registry.
func chartArtifact(c Chart) (*artifact, error) {
	data, err := chartArchive(c)
	if err != nil {
		return nil, fmt.Errorf("stand-in for the chart %s: %w", c.Name, err)
	}
	art := newArtifact()
	manifest := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Layers:      []ocispec.Descriptor{keep(art.blobs, mediaTypeChart, data)},
		Annotations: marks("the chart " + c.Name),
	}
	if manifest.Config, err = art.add(art.blobs, mediaTypeChartConfig, c.metadata()); err != nil {
		return nil, err
	}
	art.top, err = art.add(art.manifests, manifest.MediaType, manifest)
	return art, err
}

// chartEntry is a chart in the index.yaml of a repository.
type chartEntry struct {
	chartMetadata
	URLs   []string `json:"urls"`
	Digest string   `json:"digest"` // SHA-256 in hex, without the algorithm
}

// fileName is the name of the chart's archive in a repository over HTTP.
func (c Chart) fileName() string { return c.Name + "-" + c.Version + ".tgz" }

// chartIndex is the index.yaml of a repository with these charts. The archives
// stand beside it.
func chartIndex(charts []Chart) ([]byte, error) {
	entries := map[string][]chartEntry{}
	for _, c := range charts {
		data, err := chartArchive(c)
		if err != nil {
			return nil, err
		}
		entries[c.Name] = append(entries[c.Name], chartEntry{
			c.metadata(), []string{c.fileName()}, digest.FromBytes(data).Encoded(),
		})
	}
	data, err := json.MarshalIndent(map[string]any{"apiVersion": "v1", "entries": entries}, "", "  ")
	return append(data, '\n'), err
}
