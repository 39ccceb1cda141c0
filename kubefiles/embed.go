// Package kubefiles carries the built-in profiles: one folder for each, with its
// Kubefile and build context.
package kubefiles

import "embed"

// FS holds the profile folders.
//
//go:embed all:*
var FS embed.FS
