// Package ui shows people what the program does and what came out of it.
//
// Progress goes to standard error: [NewProgress] picks a renderer of
// [progress.Event] values, be it bars on a terminal, lines in a log or JSON for
// another program. Results go to standard output: an [Output] writes them as
// text, with [Table] and [Tree], or as JSON.
//
// Text that came from elsewhere (image names, server messages, the output of a
// RUN) never reaches the terminal with control characters in it.
package ui
