package aptget_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/opc-source/opc-image/pkg/aptget"
)

const content = "a package\n"

// fake stands for apt-get: it knows packages only after an update, writes down
// how it was called, and fails as script says before.
func fake(t *testing.T, script string) (client *aptget.Client, calls func() []string) {
	t.Helper()
	dir := t.TempDir()
	text := "#!/bin/sh\necho \"$@\" >>" + dir + "/calls\n" + script + `
for last; do :; done
case $last in
update) touch ` + dir + `/lists ;;
*) [ -e ` + dir + `/lists ] || { echo "E: Version not found" >&2; exit 100; }
   name=${last%%:*} version=${last#*=}
   echo "a package" >"${name}_$(echo "$version" | sed s/:/%3a/)_arm64.deb" ;;
esac
`
	command := filepath.Join(dir, "apt-get")
	if err := os.WriteFile(command, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return &aptget.Client{Command: command, Dir: filepath.Join(dir, "state")}, func() []string {
		data, _ := os.ReadFile(dir + "/calls")
		return strings.Split(strings.TrimSpace(string(data)), "\n")
	}
}

func gmp() aptget.Package {
	sum := sha256.Sum256([]byte(content))
	return aptget.Package{Name: "libgmp10", Version: "2:6.2.1+dfsg1-1.1", Arch: "arm64", SHA256: hex.EncodeToString(sum[:])}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	c, calls := fake(t, "")
	dir := t.TempDir()
	name, err := c.Fetch(t.Context(), gmp(), dir)
	if err != nil || filepath.Base(name) != "libgmp10_2%3a6.2.1+dfsg1-1.1_arm64.deb" || filepath.Dir(name) != dir {
		t.Fatalf("%s, %v", name, err)
	}
	list := calls()
	if len(list) != 3 || !strings.HasSuffix(list[0], " download libgmp10:arm64=2:6.2.1+dfsg1-1.1") || !strings.HasSuffix(list[1], " update") {
		t.Errorf("calls %q", list)
	}
	for _, call := range list { // nothing of this machine is looked at or changed but the configuration
		for _, want := range []string{"APT::Architecture=arm64", "Dir::State=" + c.Dir + "/arm64", "Dir::State::status=" + c.Dir, "Dir::Cache=" + c.Dir} {
			if !strings.Contains(call, want) {
				t.Errorf("%q has no %s", call, want)
			}
		}
	}
}

// TestUpdateOnce renews the lists once, however many packages they lack.
func TestUpdateOnce(t *testing.T) {
	t.Parallel()
	c, calls := fake(t, "")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := c.Fetch(t.Context(), gmp(), t.TempDir()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	updates := 0
	for _, call := range calls() {
		if strings.HasSuffix(call, " update") {
			updates++
		}
	}
	if updates != 1 {
		t.Errorf("%d updates", updates)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		script string
		change func(c *aptget.Client, p *aptget.Package)
		want   []string
	}{
		"checksum":     {change: func(_ *aptget.Client, p *aptget.Package) { p.SHA256 = "12" }, want: []string{"package libgmp10 2:6.2.1+dfsg1-1.1 for arm64 has SHA-256", "is pinned to 12", "ask who runs the mirror"}},
		"no apt":       {change: func(c *aptget.Client, _ *aptget.Package) { c.Command = "no-such-apt" }, want: []string{"this machine has no apt-get", "--from release"}},
		"gone":         {script: "echo E: no such version >&2; exit 100", want: []string{"package libgmp10", "E: no such version", "may have another version by now"}},
		"no file left": {script: "exit 0", want: []string{"apt-get left 0 files"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := fake(t, test.script)
			p := gmp()
			if test.change != nil {
				test.change(c, &p)
			}
			_, err := c.Fetch(t.Context(), p, t.TempDir())
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v\nwants %s", err, want)
				}
			}
		})
	}
	c, _ := fake(t, "")
	c.Command = "no-such-apt"
	if _, err := c.Fetch(t.Context(), gmp(), t.TempDir()); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}
