package runner

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

// Each script runs over an overlay and over a copy: the changes are the same.
var changes = []struct {
	name, script string
	want         []string
}{
	{"nothing", "echo hello", nil},
	{"new file and its directory", "write /root/new text", []string{
		"directory root -rwx------ 0:0", "file root/new -rw-r--r-- 0:0 text"}},
	{"umask", "write /tmp/a x; mkdir /tmp/b", []string{
		"directory tmp trwxrwxrwx 0:0", "file tmp/a -rw-r--r-- 0:0 x", "directory tmp/b -rwxr-xr-x 0:0"}},
	{"large file", "big /d/big 9000", []string{
		"directory d -rwxr-x--- 0:0", "file d/big -rw-r--r-- 0:0 9000 bytes"}},
	{"written again with the same", "write /d/a a; touch /d/b", nil},
	{"written with other content of one size", "write /d/a b", []string{
		"directory d -rwxr-x--- 0:0", "file d/a -rw-r--r-- 0:0 b"}},
	{"mode", "chmod 4755 /d/a; chmod 755 /d/sub", []string{
		"directory d -rwxr-x--- 0:0", "file d/a urwxr-xr-x 0:0 a", "directory d/sub -rwxr-xr-x 0:0"}},
	{"removed file", "rm /d/a; rm /d/link", []string{
		"directory d -rwxr-x--- 0:0", "file d/.wh.a -rw------- 0:0", "file d/.wh.link -rw------- 0:0"}},
	{"removed directory", "rm /d", []string{"file .wh.d -rw------- 0:0"}},
	{"made and removed", "write /tmp/x y; rm /tmp/x; mkdir /z; rm /z", nil},
	{"directory anew", "rm /d; mkdir /d; chmod 750 /d; write /d/a a; mkdir /d/sub; write /d/sub/new n", []string{
		"directory d -rwxr-x--- 0:0", "file d/.wh.b -rw------- 0:0", "file d/.wh.link -rw------- 0:0",
		"directory d/sub -rwxr-xr-x 0:0", "file d/sub/.wh.x -rw------- 0:0", "file d/sub/.wh.y -rw------- 0:0",
		"file d/sub/new -rw-r--r-- 0:0 n"}},
	{"directory becomes file", "rm /d/sub; write /d/sub x", []string{
		"directory d -rwxr-x--- 0:0", "file d/sub -rw-r--r-- 0:0 x"}},
	{"file becomes directory", "rm /d/a; mkdir /d/a; write /d/a/f x", []string{
		"directory d -rwxr-x--- 0:0", "directory d/a -rwxr-xr-x 0:0", "file d/a/f -rw-r--r-- 0:0 x"}},
	{"file becomes link", "rm /d/a; symlink ../b /d/a", []string{
		"directory d -rwxr-x--- 0:0", "symlink d/a -rwxrwxrwx 0:0 -> ../b"}},
	{"link changes", "rm /d/link; symlink b /d/link", []string{
		"directory d -rwxr-x--- 0:0", "symlink d/link -rwxrwxrwx 0:0 -> b"}},
	{"hard links", "mkdir /h/x; big /h/x/one 10000; ln /h/x/one /h/x.two; ln /h/x/one /h/x/three", []string{
		"directory h -rwxr-xr-x 0:0", "directory h/x -rwxr-xr-x 0:0", "file h/x.two -rw-r--r-- 0:0 10000 bytes",
		"hard link h/x/one -> h/x.two", "hard link h/x/three -> h/x.two"}},
	{"moved", "mv /d/sub/x /d/sub/z", []string{
		"directory d -rwxr-x--- 0:0", "directory d/sub -rwx--x--x 0:0",
		"file d/sub/.wh.x -rw------- 0:0", "file d/sub/z -rw-r--r-- 0:0 x"}},
	{"sockets and the runner's own are left out", "socket /tmp/s; write /dev/x y; write /dev/shm/x y", nil},
	{"/etc", "write /etc/new x", []string{
		"directory etc -rwxr-xr-x 0:0", "file etc/new -rw-r--r-- 0:0 x"}},
}

func TestChanges(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{false, true} {
		for _, test := range changes {
			mechanism := "overlay/"
			if plain {
				mechanism = "copy/"
			}
			t.Run(mechanism+test.name, func(t *testing.T) {
				t.Parallel()
				blobs := &memory{}
				r := image(t, blobs)
				r.plain = plain
				entries, out, err := run(t, r, Command{Args: Shell(test.script), ModTime: time.Unix(7, 0)})
				if err != nil {
					t.Fatal(err, out)
				}
				for _, e := range entries {
					if !e.ModTime.Equal(time.Unix(7, 0)) {
						t.Errorf("%s has the time %v", e.Name, e.ModTime)
					}
				}
				want := test.want
				if want == nil {
					want = []string{}
				}
				if diff := cmp.Diff(want, describe(entries, blobs)); diff != "" {
					t.Error(diff)
				}
				if r.plain != plain {
					t.Skip("no overlay here")
				}
			})
		}
	}
}

func TestChangesOfOwner(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root has other users")
	}
	blobs := &memory{}
	r := image(t, blobs)
	entries, out, err := run(t, r, Command{Args: Shell("chown 33 /d/a; chown 33 /d/link")})
	if err != nil {
		t.Fatal(err, out)
	}
	want := []string{"directory d -rwxr-x--- 0:0", "file d/a -rw-r--r-- 33:33 a", "symlink d/link -rwxrwxrwx 33:33 -> a"}
	if diff := cmp.Diff(want, describe(entries, blobs)); diff != "" {
		t.Error(diff)
	}
}

func TestScratchChanges(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{false, true} {
		blobs := &memory{}
		r := open(t, blobs)
		r.plain = plain
		apply(t, r, file("tool", 0o755, string(shell(t))))
		c := Command{Args: []string{"/tool", "-c", "write /new x"}}
		entries, out, err := run(t, r, c)
		if err != nil {
			t.Fatal(err, out)
		}
		if diff := cmp.Diff([]string{"file new -rw-r--r-- 0:0 x"}, describe(entries, blobs)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestHardLinkIsStoredOnce(t *testing.T) {
	t.Parallel()
	blobs := &memory{}
	if _, out, err := run(t, image(t, blobs), Command{Args: Shell("big /a 10000; ln /a /b; ln /a /c")}); err != nil {
		t.Fatal(err, out)
	}
	if blobs.puts != 1 {
		t.Errorf("stored %d times", blobs.puts)
	}
}

func TestWhatALayerCannotHold(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"fifo /tmp/p":                    "tmp/p: a layer cannot hold a device or pipe",
		"write /d/.wh.x y":               `a layer cannot hold a name that begins with ".wh."`,
		"write /d/f y; xattr /d/f":       "d/f: the extended attribute user.kept cannot be kept",
		"mkdir /d/new/; xattr /d/new":    "d/new: the extended attribute user.kept cannot be kept",
		"write /d/f y; symlink x /.wh.y": `a layer cannot hold a name`,
	} {
		entries, out, err := run(t, image(t, &memory{}), Command{Args: Shell(script), Position: "Kubefile:9"})
		if strings.Contains(out, "operation not supported") {
			continue // No such attributes on this disk.
		}
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "Kubefile:9: RUN ") || entries != nil {
			t.Errorf("%s: %v, want %q", script, err, want)
		}
	}
}

// full is a store without space.
type full struct{}

var errFull = errors.New("no space left")

func (full) PutFile(context.Context, string) (digest.Digest, int64, error) { return "", 0, errFull }

func TestStoreErrorIsTold(t *testing.T) {
	t.Parallel()
	r := image(t, &memory{})
	r.opts.Blobs = full{}
	_, _, err := run(t, r, Command{Args: Shell("big /d/big 10000")})
	if !errors.Is(err, errFull) || !strings.Contains(err.Error(), "d/big") {
		t.Error(err)
	}
}
