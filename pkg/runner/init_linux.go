package runner

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// hooked remembers that Init was called: without it, a child would be a second
// copy of the caller's program instead of the first process of a RUN. It is the
// package's only state, set once.
var hooked bool

// Init must be the first call of main, or of TestMain, in a program that uses
// Run. It returns false at once, except in a process that Run started: there it
// becomes the program of the RUN, or returns true and a code to exit with.
func Init() (code int, ok bool) {
	if len(os.Args) == 0 || os.Args[0] != initName {
		hooked = true
		return 0, false
	}
	// Privileges belong to a thread, and it is this one that will exec.
	runtime.LockOSThread()
	status := os.NewFile(statusFD, "status")
	closeOnExec()
	send(status, become(os.NewFile(setupFD, "setup")))
	return 1, true
}

// become sets the namespaces up and turns into the program; it returns only when
// that failed.
func become(in *os.File) error {
	var s setup
	if err := json.NewDecoder(in).Decode(&s); err != nil {
		return step("read the set-up", err)
	}
	in.Close()
	if err := s.mount(); err != nil {
		return err
	}
	if err := unix.Sethostname([]byte("localhost")); err != nil {
		return step("set the host name", err)
	}
	if s.Network {
		if err := loopbackUp(); err != nil {
			return step("bring up the loopback interface", err)
		}
	}
	if err := os.Chdir(s.Dir); err != nil {
		return step("working directory of the RUN", errors.Unwrap(err))
	}
	unix.Umask(0o022)
	if err := dropPrivileges(); err != nil {
		return step("drop privileges", err)
	}
	return s.exec()
}

// closeOnExec keeps all descriptors but the standard ones from the program, those
// too that this process's ancestors left open.
func closeOnExec() {
	err := unix.CloseRange(setupFD, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
	if err == nil {
		return
	}
	for fd := range 1 << 12 { // Linux before 5.11
		if fd >= setupFD {
			unix.CloseOnExec(fd)
		}
	}
}

// loopbackUp switches the interface "lo" on.
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request)
}

// kept are the capabilities of a program, those that docker grants.
var kept = [...]int{
	unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_FSETID, unix.CAP_KILL,
	unix.CAP_SETGID, unix.CAP_SETUID, unix.CAP_SETPCAP, unix.CAP_NET_BIND_SERVICE, unix.CAP_NET_RAW,
	unix.CAP_SYS_CHROOT, unix.CAP_MKNOD, unix.CAP_AUDIT_WRITE, unix.CAP_SETFCAP,
}

// dropPrivileges takes from the program, and all it starts, the other
// capabilities and the way to gain any.
func dropPrivileges() error {
	keep := map[int]bool{}
	for _, c := range kept {
		keep[c] = true
	}
	for c := 0; c <= unix.CAP_LAST_CAP; c++ {
		if keep[c] {
			continue
		}
		err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(c), 0, 0, 0)
		if err != nil && !errors.Is(err, unix.EINVAL) { // EINVAL: an older kernel
			return err
		}
	}
	return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}
