package catalog

import (
	"bytes"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

var installRules = []Rule{
	{
		ID: "namespace-missing", Severity: SeverityError, check: namespaceMissing,
		Explanation: "A release, a secret or a workload without a namespace lands wherever kubectl happens to point. Name the component's namespace.",
	},
	{
		ID: "download-moving", Severity: SeverityError, check: downloadMoving,
		Explanation: "An address with latest, master, main, HEAD or nightly in it brings another file tomorrow. Use the address of a release.",
	},
	{
		ID: "download-checksum", Severity: SeverityWarning, check: downloadChecksum,
		Explanation: "A download without sha256 is trusted the first time. Give the checksum, or say under unverified that it is not known.",
	},
	{
		ID: "launch-repeatable", Severity: SeverityError, check: launchRepeatable,
		Explanation: "Launching again must succeed: use helm upgrade --install, and kubectl apply instead of kubectl create.",
	},
	{
		ID: "ready-missing", Severity: SeverityWarning, check: readyMissing,
		Explanation: "A component that installs objects must say which of them have to be ready, or a broken launch looks like a success.",
	},
	{
		ID: "password-default", Severity: SeverityError, check: passwordDefault,
		Explanation: "A password in a values file is the same in every cluster. Have a secret generated at launch and point the chart to it.",
	},
}

var (
	moving        = regexp.MustCompile(`(^|[/_-])(latest|master|main|HEAD|nightly)([/._-]|$)`)
	notRepeatable = regexp.MustCompile(`\bhelm\s+install\b|\bkubectl\s+(\S+\s+)*create\b`)
)

func namespaceMissing(l *linter) {
	if l.Namespace != "" {
		return
	}
	for i, c := range l.Install.Charts {
		if c.Namespace == "" {
			l.report(fmt.Sprintf("install.charts[%d]", i), "release %s has no namespace", c.Release)
		}
	}
	for i, s := range l.Secrets {
		if s.Namespace == "" {
			l.report(fmt.Sprintf("secrets[%d]", i), "secret %s has no namespace", s.Name)
		}
	}
	for i, o := range l.Ready {
		if o.Namespace == "" && o.rollsOut() {
			l.report(fmt.Sprintf("ready[%d]", i), "%s %s has no namespace", o.Kind, o.Name)
		}
	}
}

// download is something that a component downloads.
type download struct{ at, address, sha256 string }

func (c *Component) downloads() []download {
	var all []download
	for i, chart := range c.Install.Charts {
		all = append(all, download{fmt.Sprintf("install.charts[%d]", i), chart.Repository, chart.SHA256})
	}
	for i, m := range c.Install.Manifests {
		all = append(all, download{fmt.Sprintf("install.manifests[%d]", i), m.URL, m.SHA256})
	}
	files := func(at string, list []File) {
		for i, f := range list {
			all = append(all, download{fmt.Sprintf("%s[%d]", at, i), f.URL, f.SHA256})
		}
	}
	files("install.hostFiles", c.Install.HostFiles)
	files("install.bundleFiles", c.Install.BundleFiles)
	for i, b := range c.Build {
		files(fmt.Sprintf("build[%d].files", i), b.Files)
	}
	return slices.DeleteFunc(all, func(d download) bool { return d.address == "" })
}

func downloadMoving(l *linter) {
	for _, d := range l.downloads() {
		if u, err := url.Parse(d.address); err == nil && u.Scheme == "https" && moving.MatchString(u.Path) {
			l.report(d.at, "%s is not the address of a release", d.address)
		}
	}
}

func downloadChecksum(l *linter) {
	if slices.ContainsFunc(l.Unverified, func(s string) bool { return strings.Contains(strings.ToLower(s), "checksum") }) {
		return
	}
	for _, d := range l.downloads() {
		if d.sha256 == "" {
			l.report(d.at, "the download from %s has no sha256, and unverified does not say so", d.address)
		}
	}
}

func launchRepeatable(l *linter) {
	for i, line := range l.Launch {
		if notRepeatable.MatchString(line) && !strings.Contains(line, "--dry-run") {
			l.report(fmt.Sprintf("launch[%d]", i), "%q fails when it is run again", line)
		}
	}
}

func readyMissing(l *linter) {
	if len(l.Ready) == 0 && len(l.Install.Charts)+len(l.Install.Manifests)+len(l.Launch) > 0 {
		l.report("install", "component %s installs objects but waits for none", l.Name)
	}
}

func passwordDefault(l *linter) {
	for i, chart := range l.Install.Charts {
		if chart.Values == "" {
			continue
		}
		data, err := readBounded(l.files, chart.Values)
		if err != nil {
			l.report(fmt.Sprintf("install.charts[%d].values", i), "%v", err)
			continue
		}
		for _, key := range passwords(data) {
			l.report(fmt.Sprintf("install.charts[%d].values", i), "%s sets a password under %s", chart.Values, key)
		}
	}
}

// passwords are the keys in a YAML file that are named like a password and have
// a value.
func passwords(data []byte) []string {
	file, err := parser.ParseBytes(bytes.TrimSpace(data), 0)
	if err != nil {
		return []string{"(unreadable: " + err.Error() + ")"}
	}
	var found []string
	for _, doc := range file.Docs {
		for _, n := range ast.Filter(ast.MappingValueType, doc) {
			pair := n.(*ast.MappingValueNode)
			key := pair.Key.GetToken().Value
			value, scalar := pair.Value.(*ast.StringNode)
			if scalar && value.Value != "" && strings.HasSuffix(strings.ToLower(key), "password") {
				found = append(found, key)
			}
		}
	}
	return found
}
