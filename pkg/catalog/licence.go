package catalog

import (
	"slices"
	"strings"
)

// restrictive are licences that ask for more than notices and source: network
// copyleft, source-available, and shared ones with a field-of-use limit.
var restrictive = []string{"AGPL-", "SSPL-", "Elastic-", "BUSL-", "RSAL"}

// restricts tells whether an SPDX expression names a restrictive licence.
func restricts(spdx string) bool {
	return slices.ContainsFunc(restrictive, func(prefix string) bool { return strings.Contains(spdx, prefix) })
}

// Asks tells whether a user has to accept the licence before the component is
// packed: nothing that is restricted to that degree should get into an image
// unnoticed. Licences that only ask for the source to be offered are told, not
// asked about. What SPDX does not list, having no licence included, is asked
// about.
func (l Licence) Asks() bool {
	return l.Restricted && (restricts(l.SPDX) || strings.Contains(l.SPDX, "LicenseRef-"))
}
