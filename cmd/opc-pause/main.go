//go:build linux

// Command opc-pause holds the namespaces of a pod open: it waits until it is told
// to end, and takes the exit status of processes whose parent has ended, for
// where the containers of a pod share their processes and it is the first of
// them. It takes the place of the pause that Kubernetes publishes, which is C.
package main

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "-v" {
		os.Stdout.WriteString("opc-pause\n")
		return
	}
	hold(listen())
}

func listen() <-chan os.Signal {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGCHLD)
	return signals
}

// hold reaps until it is told to end.
func hold(signals <-chan os.Signal) {
	reap() // what ended before there was anybody to listen
	for s := range signals {
		if s != unix.SIGCHLD {
			return
		}
		reap()
	}
}

// reap takes the exit status of every child that has ended: signals of the same
// kind may have come as one.
func reap() {
	for {
		pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
		if err == unix.EINTR {
			continue
		}
		if pid <= 0 || err != nil {
			return
		}
	}
}
