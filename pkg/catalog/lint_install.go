package catalog

import "fmt"

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
