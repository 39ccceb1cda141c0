package runner

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSurroundings(t *testing.T) {
	t.Parallel()
	r := image(t, &memory{})
	c := Command{
		Args: Shell("who; env; fds; cat /etc/hosts; cat /proc/self/status"), Dir: "/d",
		Env: []string{"A=1", "HOME=/tmp", "A=2"},
	}
	entries, out, err := run(t, r, c)
	if err != nil {
		t.Fatal(err, out)
	}
	if len(entries) != 0 {
		t.Errorf("reading changed %v", entries)
	}
	want := "1 0 localhost /d\nA=2\nHOME=/tmp\nPATH=" + defaultPath + "\n" + hostsFile
	if !strings.HasPrefix(out, want) {
		t.Error(cmp.Diff(want, out))
	}
	for _, line := range []string{"NoNewPrivs:\t1", "CapBnd:\t00000000a80425fb", "Umask:\t0022"} {
		if !strings.Contains(out, line) {
			t.Errorf("no %q in the status of the program: %s", line, out)
		}
	}
}

func TestHostIsOutOfReach(t *testing.T) {
	t.Parallel()
	scripts := map[string]string{
		"ls /":                              "bin\nd\ndev\netc\nproc\nroot\nsys\ntmp\n",
		"write /proc/sys/kernel/hostname x": "read-only file system",
		"write /etc/hosts x":                "read-only file system",
		"mount /tmp":                        "operation not permitted",
		"cat /proc/keys; cat /proc/timer_list; echo empty": "empty\n",
		"cat /dev/null; write /dev/null gone":              "",
	}
	if os.Geteuid() == 0 { // Others do not even see it.
		scripts["write /sys/kernel/uevent_seqnum x"] = "read-only file system"
	}
	for script, want := range scripts {
		_, out, _ := run(t, image(t, &memory{}), Command{Args: Shell(script)})
		if !strings.Contains(out, want) || want == "" && out != "" {
			t.Errorf("%s: printed %q, want %q", script, out, want)
		}
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	r := image(t, &memory{})
	_, out, err := run(t, r, Command{Args: Shell("interfaces; cat /etc/resolv.conf"), Network: NoNetwork})
	if err != nil || out != "lo true\n" {
		t.Errorf("none: %q, %v", out, err)
	}
	resolv, _ := os.ReadFile("/etc/resolv.conf")
	entries, out, err := run(t, r, Command{Args: Shell("cat /etc/resolv.conf")})
	if err != nil || out != string(resolv) || len(entries) != 0 {
		t.Errorf("host: %q, %v, %v", out, err, entries)
	}
}

func TestExecForm(t *testing.T) {
	t.Parallel()
	r := image(t, &memory{})
	for _, program := range []string{"/bin/sh", "sh"} {
		_, out, err := run(t, r, Command{Args: []string{program, "-x", "two words", "$HOME"}})
		if err != nil || out != "args: -x|two words|$HOME\n" {
			t.Errorf("%s: %q, %v", program, out, err)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	foreign := "linux/arm64"
	if runtime.GOARCH == "arm64" {
		foreign = "linux/amd64"
	}
	tests := []struct {
		name    string
		command Command
		want    []string
		is      error
	}{
		{"exit code", Command{Args: Shell("echo begin; err the reason; exit 3"), Position: "Kubefile:12"},
			[]string{"Kubefile:12: RUN echo begin; err the reason; exit 3: exit code 3; its last output:\n  begin\n  the reason"}, nil},
		{"silent", Command{Args: Shell("exit 1")}, []string{"RUN exit 1: exit code 1; it printed nothing"}, nil},
		{"no program", Command{Args: []string{"/bin/make", "all"}}, []string{"RUN /bin/make all: the image has no program /bin/make"}, nil},
		{"not in PATH", Command{Args: []string{"make"}}, []string{`no program "make" in PATH /usr/local/sbin:`}, nil},
		{"not executable", Command{Args: []string{"/etc/passwd"}}, []string{"/etc/passwd: permission denied"}, nil},
		{"working directory", Command{Args: Shell("who"), Dir: "/nowhere"}, []string{"working directory of the RUN: ", "no such file"}, nil},
		{"relative directory", Command{Args: Shell("who"), Dir: "d"}, []string{`"d" is not absolute`}, nil},
		{"nothing", Command{}, []string{"no program to run"}, nil},
		{"network", Command{Args: Shell("who"), Network: "bridge"}, []string{`"bridge" is neither host nor none`}, nil},
		{"platform", Command{Args: Shell("who"), Platform: foreign, Position: "Kubefile:3"}, []string{"Kubefile:3: RUN who: ", foreign}, ErrPlatform},
		{"timeout", Command{Args: Shell("sleep 60"), Timeout: 200 * time.Millisecond}, []string{"it took longer than 200ms"}, context.DeadlineExceeded},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.is == ErrPlatform && emulated(strings.TrimPrefix(foreign, "linux/"), binfmtDir) {
				t.Skip("an emulator is registered here")
			}
			entries, _, err := run(t, image(t, &memory{}), test.command)
			if err == nil || entries != nil {
				t.Fatalf("no error, entries %v", entries)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("error %q is not %q", err, test.is)
			}
		})
	}
}

func TestExitErrorIsFound(t *testing.T) {
	t.Parallel()
	_, _, err := run(t, image(t, &memory{}), Command{Args: Shell("exit 42")})
	var exit *ExitError
	if !errors.As(err, &exit) || exit.Code != 42 || exit.Signal != "" {
		t.Errorf("%#v of %v", exit, err)
	}
}

func TestScratchHasNoShell(t *testing.T) {
	t.Parallel()
	r := open(t, &memory{})
	_, _, err := run(t, r, Command{Args: Shell("make"), Position: "Kubefile:2"})
	if !errors.Is(err, ErrNoShell) || strings.Count(err.Error(), "no /bin/sh") != 1 {
		t.Error(err)
	}
}

func TestMissingLoader(t *testing.T) {
	t.Parallel()
	r := open(t, &memory{})
	apply(t, r, file("bin/tool", 0o755, "#!/bin/perl\n"), file("bin/junk", 0o755, "\x7fELFjunk"))
	_, _, err := run(t, r, Command{Args: []string{"/bin/tool"}})
	if err == nil || !strings.Contains(err.Error(), "the interpreter or dynamic loader that it names is not") {
		t.Error(err)
	}
	_, _, err = run(t, r, Command{Args: []string{"/bin/junk"}})
	if err == nil || !strings.Contains(err.Error(), "not a program that this machine can execute") {
		t.Error(err)
	}
}

func TestDirectoriesThatAreLinks(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"proc", "dev", "sys", "etc"} {
		r := image(t, &memory{})
		apply(t, r, file(".wh."+name, 0o600, ""), symlink(name, "/tmp"))
		_, _, err := run(t, r, Command{Args: Shell("who")})
		if err == nil || !strings.Contains(err.Error(), "/"+name+" of the image is not a directory") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestResolvConfLinks(t *testing.T) {
	t.Parallel()
	r := image(t, &memory{})
	apply(t, r, symlink("etc/resolv.conf", "../run/resolv.conf"))
	if entries, _, err := run(t, r, Command{Args: Shell("ls /etc")}); err != nil || len(entries) != 0 {
		t.Errorf("to nowhere: %v, %v", entries, err)
	}
	apply(t, r, file("run/resolv.conf", 0o644, "of the image"))
	resolv, _ := os.ReadFile("/etc/resolv.conf")
	entries, out, err := run(t, r, Command{Args: Shell("cat /etc/resolv.conf")})
	if err != nil || len(entries) != 0 || out != string(resolv) {
		t.Errorf("to a file: %v, %v, %q", entries, err, out)
	}
}
