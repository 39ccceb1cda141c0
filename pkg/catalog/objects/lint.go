package objects

import (
	"context"
	"fmt"
	"slices"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// Rule is one thing that Lint looks for in an object.
type Rule struct {
	// ID names the rule in messages, documentation and under allow.
	ID string
	// Explanation says why the rule is there and what to do.
	Explanation string

	check func(o object) []string
}

// unused is the rule about allowances themselves, and about what cannot be read.
const (
	unused     = "allow-unused"
	unreadable = "object-unreadable"
)

// Rules are all rules. Each finding of one is an error.
func Rules() []Rule {
	return append(slices.Clone(objectRules),
		Rule{ID: unused, Explanation: "An allowance under allow that excuses nothing hides the next break of its rule. Take it out."},
		Rule{ID: unreadable, Explanation: "A manifest or chart of the component's own that cannot be read or rendered cannot be installed either."},
	)
}

// Lint holds the components of a catalog to every rule. Findings are ordered by
// component, then by object.
func Lint(ctx context.Context, c *catalog.Catalog) []catalog.Finding {
	var findings []catalog.Finding
	for _, component := range c.Components() {
		l := linter{component: component, used: map[int]bool{}}
		l.lint(ctx)
		findings = append(findings, l.findings...)
	}
	return findings
}

// linter looks at one component.
type linter struct {
	component *catalog.Component
	used      map[int]bool // allowances, by index
	findings  []catalog.Finding
}

func (l *linter) lint(ctx context.Context) {
	list, errs := load(ctx, l.component)
	for _, err := range errs {
		l.report(err.at, unreadable, "%v", err.err)
	}
	for _, o := range list {
		for _, rule := range objectRules {
			for _, problem := range rule.check(o) {
				if !l.allowed(rule.ID, o.name()) {
					l.report(o.at, rule.ID, "%s: %s", o.name(), problem)
				}
			}
		}
	}
	for i, a := range l.component.Allow {
		if !l.used[i] {
			l.report(fmt.Sprintf("allow[%d]", i), unused, "%s does not break %s, so nothing is to be allowed", a.Object, a.Rule)
		}
	}
}

// allowed tells whether an object may break a rule.
func (l *linter) allowed(rule, object string) bool {
	i := slices.IndexFunc(l.component.Allow, func(a catalog.Allowance) bool { return a.Rule == rule && a.Object == object })
	if i >= 0 {
		l.used[i] = true
	}
	return i >= 0
}

func (l *linter) report(at, rule, format string, args ...any) {
	l.findings = append(l.findings, catalog.Finding{
		Position: l.component.Position(at), Component: l.component.Name,
		Rule: rule, Severity: catalog.SeverityError, Message: fmt.Sprintf(format, args...),
	})
}
