package robustness

import (
	"os/exec"
	"strings"
	"testing"
)

// TestSameDigest builds under different circumstances: none of them is in the
// image.
func TestSameDigest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site := w.path("site")
	write(t, site+"/Kubefile", "FROM scratch\nAPP corpus component://corpus\nCOPY . etc/site/\nLAUNCH [\"corpus\"]\n")
	write(t, site+"/b/two.txt", "two\n")
	write(t, site+"/a/one.txt", "one\n")
	args := []string{"build", "site", "-t", "registry.example/site:1"}
	want := digestIn(t, w.must("store", args...).out)
	other := t.TempDir()
	for name, test := range map[string]struct {
		store string
		env   []string
		args  []string
		umask string
	}{
		"a warm store":              {},
		"a fresh store":             {store: "fresh"},
		"another lock":              {args: []string{"--lock", "other.lock", "--update"}},
		"east of here":              {store: "s1", env: []string{"TZ=Pacific/Kiritimati", "LC_ALL=tr_TR.UTF-8", "LANG=tr_TR.UTF-8"}},
		"one processor":             {store: "s2", env: []string{"GOMAXPROCS=1"}},
		"many processors":           {store: "s3", env: []string{"GOMAXPROCS=16"}},
		"another temp directory":    {store: "s4", env: []string{"TMPDIR=" + other}},
		"another home":              {store: "s5", env: []string{"HOME=" + other, "USER=somebody"}},
		"nobody else may read":      {store: "s6", umask: "077"},
		"everybody may write":       {store: "s7", umask: "000"},
		"platforms the other way":   {store: "s8", args: []string{"--platform", "linux/arm64,linux/amd64"}},
		"platforms named in full":   {store: "s9", args: []string{"--platform", "linux/arm64/v8", "--platform", "linux/amd64"}},
		"the same epoch":            {store: "s10", env: []string{"SOURCE_DATE_EPOCH=0"}},
		"another name of the image": {store: "s11", args: []string{"-t", "another/name:2"}},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			if test.store == "" {
				test.store = "store"
			}
			lock := "--lock=" + test.store + ".lock"
			cmd := w.command(test.store, append(append(append([]string{}, args...), lock), test.args...)...)
			if test.umask != "" {
				cmd.Args = append([]string{"sh", "-c", "umask " + test.umask + `; exec "$0" "$@"`}, cmd.Args...)
				cmd.Path, cmd.Err = exec.LookPath("sh")
			}
			cmd.Env = append(cmd.Env, test.env...)
			r := start(t, cmd).wait(t)
			if r.code != 0 {
				t.Fatalf("exit code %d\n%s", r.code, r.err)
			}
			if got := digestIn(t, r.out); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

// TestSourceDateEpoch: the time stamp of an image is what the environment says,
// whenever it is built.
func TestSourceDateEpoch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	digests := map[string]string{}
	for _, epoch := range []string{"", "1700000000", "1700000001"} {
		for _, store := range []string{"a" + epoch, "b" + epoch} {
			cmd := w.command(store, build("--lock="+store+".lock")...)
			cmd.Env = append(cmd.Env, "SOURCE_DATE_EPOCH="+epoch)
			r := start(t, cmd).wait(t)
			if r.code != 0 {
				t.Fatalf("exit code %d\n%s", r.code, r.err)
			}
			got := digestIn(t, r.out)
			if digests[epoch] != "" && digests[epoch] != got {
				t.Errorf("SOURCE_DATE_EPOCH=%s: %s and %s", epoch, digests[epoch], got)
			}
			digests[epoch] = got
		}
	}
	if digests[""] == digests["1700000000"] || digests["1700000000"] == digests["1700000001"] {
		t.Errorf("SOURCE_DATE_EPOCH makes no difference: %v", digests)
	}
	if shown := w.must("a1700000000", "inspect", "corpus"); !strings.Contains(shown.out, `"created": "2023-11-14T22:13:20Z"`) {
		t.Error("the image does not say when it was created")
	}
}
