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
	return c.script(launchTemplate)
}

// script fills a template in.
func (c *Component) script(text string) ([]byte, error) {
	t, err := template.New("script").Funcs(template.FuncMap{
		"quote": quote, "heredoc": heredoc, "words": hostPlatforms,
	}).Parse(text)
	if err != nil {
		return nil, fmt.Errorf("template of a script: %w", err)
	}
	var script bytes.Buffer
	if err := t.Execute(&script, scriptData{c}); err != nil {
		return nil, fmt.Errorf("script of component %s: %w", c.Name, err)
	}
	return script.Bytes(), nil
}

// scriptData is what the templates ask about a component.
type scriptData struct{ *Component }

// Apply are the manifests applied before the charts, or those after them.
func (d scriptData) Apply(first bool) []Manifest {
	return slices.DeleteFunc(slices.Clone(d.Install.Manifests), func(m Manifest) bool { return m.First != first })
}

// Generated tells whether charts and manifests are installed by the generated
// commands.
func (d scriptData) Generated() bool {
	return len(d.Launch) == 0 && len(d.Install.Charts)+len(d.Install.Manifests) > 0
}

// Guarded tells whether the script must know the platforms of the hosts.
func (d scriptData) Guarded() bool {
	installs := d.Generated() || len(d.Launch) > 0 || len(d.Ready) > 0
	return installs && (len(d.Platforms) > 0 ||
		slices.ContainsFunc(d.Install.Charts, func(c Chart) bool { return len(c.Platforms) > 0 }) ||
		slices.ContainsFunc(d.Ready, func(o Object) bool { return len(o.Platforms) > 0 }))
}

// Single tells whether something differs in a cluster of a single node.
func (d scriptData) Single() bool {
	return slices.ContainsFunc(d.Install.Charts, func(c Chart) bool { return c.SingleValues != "" }) ||
		slices.ContainsFunc(d.Install.Manifests, func(m Manifest) bool { return len(m.SingleEdits) > 0 })
}

// Dual tells whether something differs where pods have two addresses.
func (d scriptData) Dual() bool {
	return slices.ContainsFunc(d.Install.Manifests, func(m Manifest) bool { return len(m.DualEdits) > 0 })
}

// Networks tells whether the script must know the networks of the pods.
func (d scriptData) Networks() bool {
	return d.Generated() && (d.Dual() ||
		slices.ContainsFunc(d.Install.Charts, func(c Chart) bool { return len(c.Set) > 0 }))
}

// Definitions tells whether those of a chart are applied.
func (d scriptData) Definitions() bool {
	return d.Generated() && slices.ContainsFunc(d.Install.Charts, func(c Chart) bool { return c.CRDs })
}

// Explains tells whether the script must be able to say why it is stuck.
func (d scriptData) Explains() bool {
	return len(d.Ready) > 0 || d.Generated() && len(d.Install.Charts) > 0
}

// ReadySeconds is the limit for all of Ready.
func (d scriptData) ReadySeconds() int {
	return int(d.ReadyTimeout.Or(defaultReadyTimeout).Seconds())
}

// ChartTimeout is what Helm waits for a release.
func (d scriptData) ChartTimeout(c Chart) string {
	return minutes(c.Timeout.Or(defaultChartTimeout))
}

// Checks are the waits for what must be ready.
func (d scriptData) Checks() []check {
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

// hostPlatforms are platforms as hosts tell theirs, as words for a shell.
func hostPlatforms(list []string) string {
	words := make([]string, len(list))
	for i, p := range list {
		parts := strings.Split(p, "/")
		words[i] = quote(strings.Join(parts[:min(len(parts), 2)], "/")) // no variant
	}
	return strings.Join(words, " ")
}

// heredoc writes text as a JSON string that stands in a here-document in which
// the shell replaces variables.
func heredoc(s string) string {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "$", `\$`).Replace(fmt.Sprintf("%q", s))
}
