package catalog

import (
	"fmt"
	"path"
	"strings"
)

// File is where the chart lies in the component's folder of a cluster image: an
// archive as published, or a folder for a chart of our own.
func (c Chart) File() string {
	if c.Path != "" {
		return path.Join("charts", c.Release)
	}
	return path.Join("charts", c.Chart+"-"+c.Version+".tgz")
}

// ValuesFile is where the release's values lie in the component's folder of a
// cluster image; empty when there are none.
func (c Chart) ValuesFile() string {
	if c.Values == "" {
		return ""
	}
	return path.Join("values", c.Release+".yaml")
}

// SingleFile is where the values for a single node lie in the component's folder
// of a cluster image; empty when there are none.
func (c Chart) SingleFile() string {
	if c.SingleValues == "" {
		return ""
	}
	return path.Join("values", "single", c.Release+".yaml")
}

// File is where the manifest lies in the component's folder of a cluster image.
func (m Manifest) File() string { return path.Join("manifests", m.fileName()) }

// SingleFile is where the manifest for a single node lies in the component's
// folder of a cluster image; empty when it is the same.
func (m Manifest) SingleFile() string {
	if len(m.SingleEdits) == 0 {
		return ""
	}
	return path.Join("manifests", "single", m.fileName())
}

// DualFile is where the manifest for a cluster with two families of addresses lies
// in the component's folder of a cluster image; empty when it is the same.
func (m Manifest) DualFile() string {
	if len(m.DualEdits) == 0 {
		return ""
	}
	return path.Join("manifests", "dual", m.fileName())
}

// fileName is the manifest's own name, or the last part of its origin.
func (m Manifest) fileName() string {
	if m.Name != "" {
		return m.Name
	}
	return path.Base(m.URL + m.Path)
}

// Edit makes the manifest's edits in its text. It fails when a text to be
// replaced does not occur as often as expected.
func (m Manifest) Edit(text string) (string, error) { return m.edit(text, m.Edits) }

// EditSingle makes the edits for a single node in a text that Edit returned. It
// fails as Edit does.
func (m Manifest) EditSingle(text string) (string, error) { return m.edit(text, m.SingleEdits) }

func (m Manifest) edit(text string, edits []Edit) (string, error) {
	for _, e := range edits {
		want := max(e.Count, 1)
		if found := strings.Count(text, e.Find); found != want {
			return "", fmt.Errorf("manifest %s: expected %d times %q, found %d; the file is not the one the edit was written for",
				m.fileName(), want, e.Find, found)
		}
		text = strings.ReplaceAll(text, e.Find, e.Replace)
	}
	return text, nil
}

// NamespaceOf is own, or the component's namespace when own is empty.
func (c *Component) NamespaceOf(own string) string {
	if own != "" {
		return own
	}
	return c.Namespace
}
