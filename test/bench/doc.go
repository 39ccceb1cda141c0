// Command bench measures opc-image against a yardstick and against the tools
// people have, on a generated corpus that a registry on the loopback interface
// serves. "make bench" runs it; docs/performance.md says what it measures and
// what came out.
//
// The registry, the yardstick and every tool are processes of their own, so that
// the CPU time and the memory that the kernel reports for one of them are its
// own. Repetitions are interleaved, and medians are reported: what else the
// machine does then touches all of them alike.
package main
