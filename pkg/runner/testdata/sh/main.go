// Command sh stands in for a shell in the images of the tests: it is static,
// and knows as much as they need. Statements end with ";".
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 3 || os.Args[1] != "-c" {
		fmt.Println("args:", strings.Join(os.Args[1:], "|"))
		return
	}
	for statement := range strings.SplitSeq(os.Args[2], ";") {
		words := strings.Fields(statement)
		if len(words) == 0 {
			continue
		}
		if err := do(words[0], append(words[1:], "", "")); err != nil {
			fmt.Fprintln(os.Stderr, "sh:", statement, err)
			os.Exit(2)
		}
	}
}

func number(s string, base int) int {
	n, err := strconv.ParseInt(s, base, 64)
	if err != nil {
		panic(err)
	}
	return int(n)
}

func do(what string, a []string) error {
	switch what {
	case "write":
		return os.WriteFile(a[0], []byte(a[1]), 0o666)
	case "big":
		return os.WriteFile(a[0], []byte(strings.Repeat("x", number(a[1], 10))), 0o666)
	case "mkdir":
		return os.MkdirAll(a[0], 0o777)
	case "rm":
		if _, err := os.Lstat(a[0]); err != nil {
			return err
		}
		return os.RemoveAll(a[0])
	case "mv":
		return os.Rename(a[0], a[1])
	case "ln":
		return os.Link(a[0], a[1])
	case "symlink":
		return os.Symlink(a[0], a[1])
	case "chmod":
		return syscall.Chmod(a[1], uint32(number(a[0], 8)))
	case "chown":
		return os.Lchown(a[1], number(a[0], 10), number(a[0], 10))
	case "touch":
		return os.Chtimes(a[0], time.Now(), time.Now())
	case "fifo":
		return syscall.Mkfifo(a[0], 0o600)
	case "socket":
		_, err := net.Listen("unix", a[0])
		return err
	case "xattr":
		return syscall.Setxattr(a[0], "user.kept", []byte("x"), 0)
	case "mount":
		return syscall.Mount("tmpfs", a[0], "tmpfs", 0, "")
	}
	return tell(what, a)
}

// tell prints what the program sees of its surroundings, or ends it.
func tell(what string, a []string) error {
	switch what {
	case "echo":
		fmt.Println(strings.TrimSpace(strings.Join(a, " ")))
	case "err":
		fmt.Fprintln(os.Stderr, strings.TrimSpace(strings.Join(a, " ")))
	case "cat":
		b, err := os.ReadFile(a[0])
		fmt.Print(string(b))
		return err
	case "ls":
		entries, err := os.ReadDir(a[0])
		for _, e := range entries {
			fmt.Println(e.Name())
		}
		return err
	case "env":
		env := os.Environ()
		sort.Strings(env)
		fmt.Println(strings.Join(env, "\n"))
	case "who":
		dir, _ := os.Getwd()
		host, _ := os.Hostname()
		fmt.Println(os.Getpid(), os.Getuid(), host, dir)
	case "interfaces":
		all, err := net.Interfaces()
		for _, i := range all {
			fmt.Println(i.Name, i.Flags&net.FlagUp != 0)
		}
		return err
	case "fds":
		for fd := 3; fd < 100; fd++ {
			link, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
			if err == nil && !strings.HasPrefix(link, "anon_inode:") { // Go's own
				fmt.Println("inherited", fd, link)
			}
		}
	case "exit":
		os.Exit(number(a[0], 10))
	case "stubborn":
		signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
		child := exec.Command("/proc/self/exe", "-c", "sleep 600", a[0])
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if err := child.Start(); err != nil {
			return err
		}
		fmt.Println("started")
		_, _ = io.ReadAll(os.Stdin)
		time.Sleep(10 * time.Minute)
	case "orphan":
		child := exec.Command("/proc/self/exe", "-c", "sleep 600", a[0])
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		return child.Start()
	case "sleep":
		time.Sleep(time.Duration(number(a[0], 10)) * time.Second)
	default:
		return fmt.Errorf("unknown command")
	}
	return nil
}
