//go:build race

package robustness

// race builds the program with the race detector, too.
const race = true
