package catalog

import (
	"bytes"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"time"
)

const (
	defaultChartTimeout = 10 * time.Minute
	defaultReadyTimeout = 10 * time.Minute
)

//go:embed launch.sh.tmpl
var launchTemplate string

// plainWord is text that a shell takes as one word without quotes.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9._/:@%+=-]+$`)

// LaunchScript returns the POSIX shell script that installs the component with
// kubectl and helm and waits until it is ready. It can be run again: releases
// are upgraded, objects applied on the server, secrets kept. It needs the files
// of the component beside it, where [Chart.File] and the like say.
func (c *Component) LaunchScript() ([]byte, error) {
	t, err := template.New("launch.sh").Funcs(template.FuncMap{
		"quote": quote, "heredoc": heredoc, "minutes": minutes,
	}).Parse(launchTemplate)
	if err != nil {
		return nil, fmt.Errorf("launch script: %w", err)
	}
	var script bytes.Buffer
	if err := t.Execute(&script, launchData{c}); err != nil {
		return nil, fmt.Errorf("launch script of component %s: %w", c.Name, err)
	}
	return script.Bytes(), nil
}

// launchData is what the template asks about a component.
type launchData struct{ *Component }

// Apply are the manifests applied before the charts, or those after them.
func (d launchData) Apply(first bool) []Manifest {
	return slices.DeleteFunc(slices.Clone(d.Install.Manifests), func(m Manifest) bool { return m.First != first })
}

// Generated tells whether charts and manifests are installed by the generated
// commands.
func (d launchData) Generated() bool {
	return len(d.Launch) == 0 && len(d.Install.Charts)+len(d.Install.Manifests) > 0
}

// Explains tells whether the script must be able to say why it is stuck.
func (d launchData) Explains() bool {
	return len(d.Ready) > 0 || d.Generated() && len(d.Install.Charts) > 0
}

// ReadySeconds is the limit for all of Ready.
func (d launchData) ReadySeconds() int {
	return int(d.ReadyTimeout.Or(defaultReadyTimeout).Seconds())
}

// ChartTimeout is what Helm waits for a release.
func (d launchData) ChartTimeout(c Chart) string {
	return minutes(c.Timeout.Or(defaultChartTimeout))
}

// Checks are the waits for what must be ready.
func (d launchData) Checks() []check {
	checks := make([]check, 0, len(d.Ready))
	for _, o := range d.Ready {
		checks = append(checks, o.check(d.NamespaceOf(o.Namespace)))
	}
	return checks
}

// minutes writes a duration without trailing zero units: 10m, not 10m0s.
func minutes(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// quote makes one word of any text for a POSIX shell.
func quote(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// heredoc writes text as a JSON string that stands in a here-document in which
// the shell replaces variables.
func heredoc(s string) string {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "$", `\$`).Replace(fmt.Sprintf("%q", s))
}
