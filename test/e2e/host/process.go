package host

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A process is named by its number and the time it started at, so that another
// one that got the number later is left alone.
type process struct {
	PID   int
	Start string // In ticks since the machine started.
}

// find gives the process with a number.
func find(pid int) (process, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}, err
	}
	// The second field is the program's name in parentheses; proc(5).
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	const startTime = 22 - 3
	if len(fields) <= startTime || fields[0] == "Z" {
		return process{}, os.ErrNotExist
	}
	return process{PID: pid, Start: fields[startTime]}, nil
}

func (p process) alive() bool {
	now, err := find(p.PID)
	return p.PID > 0 && err == nil && now == p
}

// signal sends a signal to the process if it is alive.
func (p process) signal(s syscall.Signal) error {
	if !p.alive() {
		return nil
	}
	return syscall.Kill(p.PID, s)
}

// ended waits for the end of the process.
func (p process) ended(limit time.Duration) bool {
	for until := time.Now().Add(limit); p.alive(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(until) {
			return false
		}
	}
	return true
}

// children lists the processes that a process has started.
func children(pid int) []int {
	list, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil
	}
	var pids []int
	for _, field := range strings.Fields(string(list)) {
		if child, err := strconv.Atoi(field); err == nil {
			pids = append(pids, child)
		}
	}
	return pids
}

// first tells whether a process is the first one of a PID namespace.
func first(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(status)) {
		if numbers, ok := strings.CutPrefix(line, "NSpid:"); ok {
			fields := strings.Fields(numbers)
			return len(fields) > 1 && fields[len(fields)-1] == "1"
		}
	}
	return false
}
