package catalog

import "fmt"

// Severity says what a finding means for a build.
type Severity string

// Severities, from worst to mildest.
const (
	SeverityError   Severity = "error"   // the component cannot be trusted behind an air gap
	SeverityWarning Severity = "warning" // it works, but something will surprise
	SeverityNote    Severity = "note"    // worth knowing
)

// Rule is one thing that Lint looks for.
type Rule struct {
	// ID names the rule in messages and documentation.
	ID string
	// Severity of its findings.
	Severity Severity
	// Explanation says why the rule is there and what to do.
	Explanation string

	check func(*linter)
}

// Finding is one place where a component breaks a rule.
type Finding struct {
	Position
	Component string   `json:"component"` // its name
	Rule      string   `json:"rule"`      // ID of the rule
	Severity  Severity `json:"severity"`
	Message   string   `json:"message"` // what is wrong, and how to mend it
}

// String is file:line:column: severity: message [rule].
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s [%s]", f.Position, f.Severity, f.Message, f.Rule)
}

// Rules are all rules, in the order in which they are applied.
func Rules() []Rule {
	rules := append([]Rule{}, identityRules...)
	rules = append(rules, imageRules...)
	rules = append(rules, installRules...)
	rules = append(rules, launchRules...)
	return append(rules, valuesRules...)
}

// Lint holds every component to every rule. Findings are ordered by component,
// then by rule.
func (c *Catalog) Lint() []Finding {
	var findings []Finding
	for _, component := range c.Components() {
		for _, rule := range Rules() {
			l := &linter{Component: component, catalog: c, rule: rule}
			rule.check(l)
			findings = append(findings, l.findings...)
		}
	}
	return findings
}

// linter is one rule looking at one component.
type linter struct {
	*Component
	catalog  *Catalog
	rule     Rule
	findings []Finding
}

// report records that the value at a path breaks the rule.
func (l *linter) report(path, format string, args ...any) {
	l.findings = append(l.findings, Finding{
		Position:  l.where.at(path),
		Component: l.Name,
		Rule:      l.rule.ID,
		Severity:  l.rule.Severity,
		Message:   fmt.Sprintf(format, args...),
	})
}
