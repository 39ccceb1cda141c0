package cli_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/opc-source/opc-image/internal/clitest"
	"github.com/opc-source/opc-image/pkg/rehearse"
)

type command = func(ts *testscript.TestScript, neg bool, args []string)

// commands are what scripts can say:
//
//	upstream NAME… [image:REF…]  start stand-ins for components and images, and
//	                             write the configuration that leads there
//	fault [KEY=VALUE…]           let answers go wrong (see clitest.ParseRule);
//	                             without arguments, no more
//	asked COUNT TEXT             so many GET requests had TEXT in their path
//	registry                     start a registry to push to, at $REGISTRY
//	code N COMMAND…              run a command that exits with N
//	serving ARG…                 run "opc-image serve ARG…" at $SERVER
//	json FILE                    FILE (or stdout) is one JSON value; write its
//	                             shape, the path and kind of each field, to
//	                             the file shape
//	set NAME FILE PATTERN        set a variable to what the pattern's group finds
//	damage DIGEST                flip a bit of a blob of the store
//	tmpfs DIR SIZE               mount a small file system
//	readonly DIR                 let DIR be read-only from here on
//	shell FILE                   write a static program that knows a few
//	                             commands, to be an image's /bin/sh
var commands = map[string]command{
	"upstream": upstream, "fault": fault, "asked": asked, "registry": registry, "code": code,
	"serving": serving, "json": shape, "set": set, "damage": damage, "tmpfs": tmpfs,
	"shell": shell, "readonly": readonly,
}

func upstream(ts *testscript.TestScript, _ bool, args []string) {
	var names []string
	var extra []rehearse.Image
	for _, arg := range args {
		if name, ok := strings.CutPrefix(arg, "image:"); ok {
			name, platforms, _ := strings.Cut(name, "@")
			image := rehearse.Image{Name: name, Size: 100 << 10}
			if platforms != "" {
				image.Platforms = strings.Split(platforms, ",")
			}
			extra = append(extra, image)
		} else {
			names = append(names, arg)
		}
	}
	var own []fs.FS
	if _, err := os.Stat(ts.MkAbs("catalog")); err == nil {
		own = append(own, os.DirFS(ts.MkAbs("catalog")))
	}
	inventory, err := clitest.Inventory(names, own...)
	ts.Check(err)
	inventory.Images = append(inventory.Images, extra...)
	u, err := clitest.Start(context.Background(), inventory)
	ts.Check(err)
	ts.Defer(func() { u.Close() })
	config, err := u.Config()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.Getenv("CONFIG"), config, 0o666))
	ts.Setenv("UPSTREAM", u.Address())
	upstreams.Store(ts.Getenv("WORK"), u)
}

func fault(ts *testscript.TestScript, _ bool, args []string) {
	u := theUpstream(ts)
	if len(args) == 0 {
		u.Heal()
		return
	}
	rule, err := clitest.ParseRule(args)
	ts.Check(err)
	u.Fail(rule)
}

func asked(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: asked COUNT TEXT")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := theUpstream(ts).Gets(args[1]); (got == want) == neg {
		ts.Fatalf("%d requests have %q in their path", got, args[1])
	}
}

func registry(ts *testscript.TestScript, _ bool, _ []string) {
	target, err := rehearse.NewTarget(ts.MkAbs("registry"))
	ts.Check(err)
	ts.Check(target.Start(context.Background()))
	ts.Defer(func() { target.Close() })
	ts.Setenv("REGISTRY", target.Address())
}

func code(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND…")
	}
	got := "0"
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = strconv.Itoa(exit.ExitCode())
	} else {
		ts.Check(err)
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, not %s", got, args[0])
	}
}

func set(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: set NAME FILE PATTERN")
	}
	pattern, err := regexp.Compile(args[2])
	ts.Check(err)
	match := pattern.FindStringSubmatch(ts.ReadFile(args[1]))
	if len(match) != 2 {
		ts.Fatalf("%s has no %s", args[1], args[2])
	}
	ts.Setenv(args[0], match[1])
}

func damage(ts *testscript.TestScript, _ bool, args []string) {
	name := filepath.Join(ts.Getenv("STORE"), "blobs", strings.Replace(args[0], ":", "/", 1))
	data, err := os.ReadFile(name)
	ts.Check(err)
	data[len(data)/2] ^= 1
	ts.Check(os.Chmod(name, 0o644))
	ts.Check(os.WriteFile(name, data, 0o644))
}

func condition(name string) (bool, error) {
	switch name {
	case "root":
		return os.Getuid() == 0, nil
	case "emulator":
		_, err := os.Stat("/proc/sys/fs/binfmt_misc/qemu-aarch64")
		return err == nil, nil
	}
	return false, fmt.Errorf("there is no condition %s", name)
}
