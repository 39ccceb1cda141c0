// Package robustness tests the program as people run it: as processes that are
// killed, interrupted, run side by side, on disks that are full or damaged, and
// against an upstream that fails. It has no code but tests.
package robustness
