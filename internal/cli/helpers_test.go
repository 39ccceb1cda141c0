package cli_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/opc-source/opc-image/internal/clitest"
)

// upstreams are those of the scripts, by work directory.
var upstreams sync.Map

func theUpstream(ts *testscript.TestScript) *clitest.Upstream {
	u, ok := upstreams.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("there is no upstream yet")
	}
	return u.(*clitest.Upstream)
}

var servingOn = regexp.MustCompile(`Serving on https?://(\S+)`)

func serving(ts *testscript.TestScript, _ bool, args []string) {
	cmd := exec.Command("opc-image", append([]string{"serve", "--address", "127.0.0.1:0"}, args...)...)
	for _, name := range []string{"PATH", "HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	out, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		cmd.Process.Signal(os.Interrupt) //nolint:errcheck // it may have ended
		if err := cmd.Wait(); err != nil && ts.Getenv("SERVER") != "" {
			ts.Logf("serve: %v", err)
		}
	})
	found := make(chan string, 1)
	go func() {
		defer close(found)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if m := servingOn.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1]
			}
		}
	}()
	select {
	case address := <-found:
		ts.Setenv("SERVER", address)
	case <-time.After(20 * time.Second):
	}
	if ts.Getenv("SERVER") == "" {
		ts.Fatalf("the server did not say where it is")
	}
}

func shape(ts *testscript.TestScript, _ bool, args []string) {
	decoder := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	var value any
	ts.Check(decoder.Decode(&value))
	if decoder.More() {
		ts.Fatalf("%s has more than one JSON value", args[0])
	}
	fields := map[string]bool{}
	walk(fields, "", value)
	text := strings.Join(slices.Sorted(maps.Keys(fields)), "\n") + "\n"
	ts.Check(os.WriteFile(ts.MkAbs("shape"), []byte(text), 0o666))
}

// mapKey is a key that is data, not the name of a field.
var mapKey = regexp.MustCompile(`[./:]`)

func walk(fields map[string]bool, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if mapKey.MatchString(key) {
				key = "*"
			}
			walk(fields, path+"."+key, inner)
		}
	case []any:
		for _, inner := range v {
			walk(fields, path+"[]", inner)
		}
		if len(v) == 0 {
			fields[path+"[]"] = true
		}
	default:
		fields[strings.TrimSpace(fmt.Sprintf("%s %T", path, value))] = true
	}
}

func tmpfs(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o777))
	ts.Check(syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+args[1]))
	ts.Defer(func() { ts.Check(syscall.Unmount(dir, syscall.MNT_DETACH)) })
}

func shell(ts *testscript.TestScript, _ bool, args []string) {
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", ts.MkAbs(args[0]), "../../pkg/runner/testdata/sh")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		ts.Fatalf("build a shell: %v\n%s", err, out)
	}
}

func readonly(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(syscall.Mount(dir, dir, "", syscall.MS_BIND, ""))
	ts.Defer(func() { ts.Check(syscall.Unmount(dir, syscall.MNT_DETACH)) })
	ts.Check(syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
}
