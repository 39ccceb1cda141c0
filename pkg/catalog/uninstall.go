package catalog

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed uninstall.sh.tmpl
var uninstallTemplate string

// UninstallScript returns the POSIX shell script that takes the component out of
// the cluster with kubectl and helm, in the reverse order of its launch. What
// holds data stays: definitions and with them all objects made of them, volumes,
// namespaces, and the secrets that the launch made. It can be run again, and
// needs the same files beside it as the launch script.
func (c *Component) UninstallScript() ([]byte, error) {
	return c.script(uninstallTemplate)
}

// Releases are the charts that the generated commands install, the last first.
func (d scriptData) Releases() []Chart {
	charts := slices.Clone(d.Install.Charts)
	slices.Reverse(charts)
	return charts
}

// Remove are the manifests in the reverse order of Apply.
func (d scriptData) Remove(first bool) []Manifest {
	list := d.Apply(first)
	slices.Reverse(list)
	return list
}

// Namespaces are those in which the component has volumes or secrets, sorted.
func (d scriptData) Namespaces() []string {
	var all []string
	for _, c := range d.Install.Charts {
		all = append(all, d.NamespaceOf(c.Namespace))
	}
	for _, s := range d.Secrets {
		all = append(all, d.NamespaceOf(s.Namespace))
	}
	if d.Namespace != "" && len(d.Install.Manifests) > 0 {
		all = append(all, d.Namespace)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Owner selects the volumes of the component by the label that charts and
// operators set: the name of a release, or of the component.
func (d scriptData) Owner() string {
	names := []string{d.Name}
	for _, c := range d.Install.Charts {
		names = append(names, c.Release)
	}
	slices.Sort(names)
	return "app.kubernetes.io/instance in (" + strings.Join(slices.Compact(names), ",") + ")"
}
