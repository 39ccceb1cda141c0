package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
)

// allLicences accepts whatever there is.
const allLicences = "all"

// licenceFlags say which restricted licences the user has read and accepts.
// They are remembered nowhere.
type licenceFlags struct{ accept []string }

func (l *licenceFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&l.accept, "accept-licence", nil, "`COMPONENT` whose restricted licence you accept, or "+allLicences+"; may be repeated")
}

// check finds licences that were not accepted, and names that are none of them.
func (l *licenceFlags) check(name string, plan *compose.Plan) error {
	var asked, open, lines []string
	for _, c := range plan.Components {
		if !c.Licence.Asks() {
			continue
		}
		asked = append(asked, c.Name)
		if !slices.Contains(l.accept, c.Name) && !slices.Contains(l.accept, allLicences) {
			open = append(open, c.Name)
			lines = append(lines, "  "+licenceLine(c))
		}
	}
	for _, accepted := range l.accept {
		if accepted != allLicences && !slices.Contains(asked, accepted) {
			return inputError{fmt.Errorf("--accept-licence %s: %s has no component of that name whose licence must be accepted; those are: %s",
				accepted, name, strings.Join(append(asked, allLicences), ", "))}
		}
	}
	if len(open) > 0 {
		return inputError{fmt.Errorf("%s contains what may not be passed on or used freely:\n%s\nRead the licences. To go on, add --accept-licence %s; to do without, take the components out of the Kubefile",
			name, strings.Join(lines, "\n"), strings.Join(append(l.accept, open...), ","))}
	}
	return nil
}

// licenceLine is what there is to say about a restricted component.
func licenceLine(c *catalog.Component) string {
	return fmt.Sprintf("%s (%s): %s", c.Name, c.Licence.SPDX, c.Licence.Reason)
}

// tellLicences says what is restricted in a plan, a line each.
func (a *app) tellLicences(plan *compose.Plan) {
	for _, c := range plan.Components {
		if c.Licence.Restricted {
			a.progress.Log("Restricted licence: " + licenceLine(c))
		}
	}
}
