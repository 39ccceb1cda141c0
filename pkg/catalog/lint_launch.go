package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var launchRules = []Rule{
	{
		ID: "launch-repeatable", Severity: SeverityError, check: launchRepeatable,
		Explanation: "Launching again must succeed: use helm upgrade --install, and kubectl apply instead of kubectl create.",
	},
	{
		ID: "ready-missing", Severity: SeverityWarning, check: readyMissing,
		Explanation: "A component that installs objects must say which of them have to be ready, or a broken launch looks like a success.",
	},
	{
		ID: "uninstall-missing", Severity: SeverityError, check: uninstallMissing,
		Explanation: "What commands of launch have installed only commands of uninstall can take away again.",
	},
	{
		ID: "launch-platforms", Severity: SeverityError, check: launchPlatforms,
		Explanation: "An image for fewer platforms than the component keeps a launch waiting where no host is one of them. Give the chart and the object under ready that need it the same platforms.",
	},
}

var notRepeatable = regexp.MustCompile(`\bhelm\s+install\b|\bkubectl\s+(\S+\s+)*create\b`)

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

func uninstallMissing(l *linter) {
	if len(l.Launch) > 0 && len(l.Uninstall) == 0 {
		l.report("launch", "component %s has launch and no uninstall", l.Name)
	}
}

// launchPlatforms looks at images of pods. Those that operators are given may
// never be asked for.
func launchPlatforms(l *linter) {
	for i, image := range l.Images {
		fewer := slices.ContainsFunc(l.Platforms, func(p string) bool { return !slices.Contains(image.Platforms, p) })
		if !fewer || image.Found != FoundRendered {
			continue
		}
		waits := slices.ContainsFunc(l.Ready, func(o Object) bool { return slices.Equal(o.Platforms, image.Platforms) })
		release := len(l.Install.Charts) == 0 ||
			slices.ContainsFunc(l.Install.Charts, func(c Chart) bool { return slices.Equal(c.Platforms, image.Platforms) })
		if !waits || !release {
			l.report(fmt.Sprintf("images[%d].name", i), "image %s is for %s only, which no chart or object under ready says",
				image.Name, strings.Join(image.Platforms, ", "))
		}
	}
}
