// Package images carries the built-in catalog: one folder for each component,
// with its component.yaml and what belongs to it.
package images

import "embed"

// FS holds the component folders.
//
//go:embed all:*/*
var FS embed.FS
