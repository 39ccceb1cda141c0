package catalog

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

var installRules = []Rule{
	{
		ID: "namespace-missing", Severity: SeverityError, check: namespaceMissing,
		Explanation: "A release, a secret or a workload without a namespace lands wherever kubectl happens to point. Name the component's namespace.",
	},
	{
		ID: "download-moving", Severity: SeverityError, check: downloadMoving,
		Explanation: "An address with latest, master, main, HEAD or nightly in it brings another file tomorrow. Use the address of a release. A chart repository may have one if sha256 pins the chart.",
	},
	{
		ID: "download-checksum", Severity: SeverityWarning, check: downloadChecksum,
		Explanation: "A download without sha256 is trusted the first time. Give the checksum, or say under unverified that it is not known.",
	},
	{
		ID: "password-default", Severity: SeverityError, check: passwordDefault,
		Explanation: "A password in a values file is the same in every cluster. Have a secret generated at launch and point the chart to it.",
	},
}

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
	file, err := parse(data)
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
