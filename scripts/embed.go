// Package scripts carries what sealer runs on the hosts of a cluster.
package scripts

import "embed"

// FS holds the scripts, as they lie in the directory scripts of an image.
//
//go:embed *.sh
var FS embed.FS
