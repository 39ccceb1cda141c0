package catalog

import "regexp"

var shellWord = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
