// Package preflight tells whether a host can become part of a cluster, before
// anything on it is touched.
//
// [Gather] reads the facts of a host, [Check] judges them. Judging is a pure
// function: the same facts, the same findings. Nothing is changed or started.
package preflight
