package catalog

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var identityRules = []Rule{
	{
		ID: "licence-missing", Severity: SeverityError, check: licenceMissing,
		Explanation: "Whoever passes a cluster image on passes on what is in it. Give the SPDX expression of the licence.",
	},
	{
		ID: "licence-unknown", Severity: SeverityError, check: licenceUnknown,
		Explanation: "The licence is not an SPDX expression: identifiers joined by AND, OR and WITH. Use LicenseRef-NAME for one that SPDX does not list.",
	},
	{
		ID: "licence-reason", Severity: SeverityError, check: licenceReason,
		Explanation: "A restricted licence needs a reason that says what may not be done, in a sentence that a user can act on.",
	},
	{
		ID: "licence-restricted", Severity: SeverityError, check: licenceRestricted,
		Explanation: "This licence restricts use or redistribution. Set restricted and give the reason, so that the build can say so.",
	},
	{
		ID: "requires-unknown", Severity: SeverityError, check: requiresUnknown,
		Explanation: "A component can only require one that the catalog has; otherwise it cannot be launched.",
	},
	{
		ID: "requires-cycle", Severity: SeverityError, check: requiresCycle,
		Explanation: "Components that require each other in a circle have no launch order.",
	},
	{
		ID: "requires-conflict", Severity: SeverityError, check: requiresConflict,
		Explanation: "A component conflicts with what it requires, itself or through others, so it can never be launched.",
	},
}

var spdxID = regexp.MustCompile(`^(DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9][A-Za-z0-9.-]*\+?$`)

func licenceMissing(l *linter) {
	if l.Licence.SPDX == "" {
		l.report("licence", "component %s has no licence", l.Name)
	}
}

func licenceUnknown(l *linter) {
	if l.Licence.SPDX == "" {
		return
	}
	if err := checkSPDX(l.Licence.SPDX); err != nil {
		l.report("licence.spdx", "licence %q is not an SPDX expression: %v", l.Licence.SPDX, err)
	}
}

// checkSPDX checks the form of an SPDX licence expression, SPDX 2.3 annex D.
func checkSPDX(expression string) error {
	words := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(expression))
	depth, wantID := 0, true
	for _, w := range words {
		switch {
		case w == "(" && wantID:
			depth++
		case w == ")" && !wantID && depth > 0:
			depth--
		case (w == "AND" || w == "OR" || w == "WITH") && !wantID:
			wantID = true
		case wantID && w != "AND" && w != "OR" && w != "WITH" && spdxID.MatchString(w):
			wantID = false
		default:
			return fmt.Errorf("%q is not expected there", w)
		}
	}
	if wantID || depth > 0 {
		return errors.New("it ends too early")
	}
	return nil
}

func licenceReason(l *linter) {
	if l.Licence.Restricted && l.Licence.Reason == "" {
		l.report("licence.restricted", "the licence of %s is restricted, but there is no reason", l.Name)
	}
}

func licenceRestricted(l *linter) {
	if restricts(l.Licence.SPDX) && !l.Licence.Restricted {
		l.report("licence.spdx", "licence %s is restricted; set restricted and reason", l.Licence.SPDX)
	}
}

func requiresUnknown(l *linter) {
	for i, name := range l.Requires {
		if _, err := l.catalog.Get(name); err != nil {
			l.report(fmt.Sprintf("requires[%d]", i), "component %s requires %s, which the catalog does not have", l.Name, name)
		}
	}
}

func requiresCycle(l *linter) {
	_, err := l.catalog.Order(l.Name)
	var cycle *CycleError
	if errors.As(err, &cycle) && slices.Contains(cycle.Names, l.Name) {
		l.report("requires", "%v", err)
	}
}

func requiresConflict(l *linter) {
	if _, err := l.catalog.Order(l.Name); errors.Is(err, ErrConflict) {
		l.report("conflicts", "%v", err)
	}
}
