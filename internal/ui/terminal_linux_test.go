package ui

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/opc-source/opc-image/pkg/progress"
)

// openTerminal makes a pseudo-terminal and returns its user's and its program's
// ends.
func openTerminal(t *testing.T, columns uint16) (user, program *os.File) {
	t.Helper()
	user, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	fd := int(user.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	program, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	size := &unix.Winsize{Row: 24, Col: columns}
	if err := unix.IoctlSetWinsize(int(program.Fd()), unix.TIOCSWINSZ, size); err != nil {
		t.Fatal(err)
	}
	return user, program
}

// show plays events on a terminal and returns what appeared on it.
func show(t *testing.T, columns uint16, getenv func(string) string, events []progress.Event) string {
	t.Helper()
	user, program := openTerminal(t, columns)
	read := make(chan []byte)
	go func() {
		b, _ := io.ReadAll(user) // Ends with an error when the other end closes.
		read <- b
	}()
	p := NewProgress(ProgressOptions{Out: program, Getenv: getenv, Now: func() time.Time { return epoch }})
	for _, e := range events {
		p.Report(e)
		time.Sleep(2 * refresh) // Let a frame be drawn.
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	program.Close()
	b := <-read
	user.Close()
	return string(b)
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	got := show(t, 100, env("TERM=xterm"), script())
	for _, want := range []string{
		"fetch    [==",
		"25% 250MB/1GB 250MB/s 3s left",
		"1/3",
		"fetch: retry quay.io/a/b:1: 503 Service\uFFFD Unavailable\r\n",
		"\x1b[31mfetch: failed quay.io/a/b:1 (linux/arm64): 404 Not Found\x1b[0m\r\n",
		"\x1b[31mfetch: failed after 2s: 1 image failed\x1b[0m\r\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not on the terminal: %q", want, got)
		}
	}
	if !strings.HasSuffix(got, "\x1b[J") {
		t.Errorf("a bar is left behind: %q", got)
	}
}

func TestTerminalWithoutColour(t *testing.T) {
	t.Parallel()
	got := show(t, 100, env("TERM=xterm", "NO_COLOR=1"), script())
	if strings.Contains(got, "\x1b[31m") {
		t.Errorf("colour despite NO_COLOR: %q", got)
	}
}

func TestDumbTerminalGetsLines(t *testing.T) {
	t.Parallel()
	got := show(t, 100, env("TERM=dumb"), script())
	if strings.Contains(got, "\x1b") || !strings.Contains(got, "fetch: started, 3 items, 1GB\r\n") {
		t.Errorf("%q", got)
	}
}

func TestNarrowTerminal(t *testing.T) {
	t.Parallel()
	got := show(t, 40, env("TERM=xterm"), script()[:3])
	escape := regexp.MustCompile(`\x1b\[[0-9]*[A-Za-z]`)
	for line := range strings.SplitSeq(escape.ReplaceAllString(got, ""), "\r\n") {
		if len(line) > 40 {
			t.Errorf("%d columns: %q", len(line), line)
		}
	}
	if !strings.Contains(got, "250MB/1GB") || strings.Contains(got, "MB/s") {
		t.Errorf("columns of a narrow terminal: %q", got)
	}
}

func TestCloseEndsBars(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := NewProgress(ProgressOptions{Mode: Terminal, Out: &out, Getenv: env()})
	p.Report(script()[0])
	closed := make(chan error)
	go func() { closed <- p.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Close hangs on a stage that did not end")
	}
}
