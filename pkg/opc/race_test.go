//go:build race

package opc_test

// raceEnabled tells that this program links the C library.
const raceEnabled = true
