package rootfs_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/store"
)

// big is more than what stands in a recipe.
var big = strings.Repeat("big ", 10_000)

const (
	site = "https://x.example/"
	amd  = "linux/amd64"
)

// local writes a file and gives what a plan says about it.
func local(t *testing.T, name, text string) compose.Content {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return compose.Content{Local: file, Digest: digest.FromString(text), Size: int64(len(text))}
}

// of is a member of an archive on this machine.
func of(archive compose.Content, member, text string) compose.Content {
	return compose.Content{Local: archive.Local, Member: member, Digest: digest.FromString(text), Size: int64(len(text))}
}

// pins is a lock of downloads that the store has.
func pins(t *testing.T, s *store.Store, downloads map[string]string) *lock.Lock {
	t.Helper()
	l := &lock.Lock{}
	for name, text := range downloads {
		d := put(t, s, []byte(text))
		l.Downloads = append(l.Downloads, lock.Download{Source: site + name, Digest: d, Size: int64(len(text))})
	}
	l.Sort()
	return l
}

// everything is a plan with content of each kind, and the lock of its downloads.
func everything(t *testing.T, s *store.Store) (*compose.Plan, *lock.Lock, map[string]string) {
	t.Helper()
	packed := string(tarOf(t, file("./bin/tool", "tool"), dir("bin/"), file("big", big)))
	archive := local(t, "x.tar", packed)
	l := pins(t, s, map[string]string{"plain": "plain", "x.tar": packed, "crds.yaml": "kind: old\n"})
	at := func(name string, mode fs.FileMode, c compose.Content) compose.File {
		return compose.File{Name: name, Mode: mode, Content: c}
	}
	p := &compose.Plan{
		Files: []compose.File{
			at("data", 0o644, compose.Content{Data: []byte("data")}),
			at("dir", fs.ModeDir|0o755, compose.Content{}),
			{Name: "link", Mode: fs.ModeSymlink | 0o777, Link: "data"},
			{Name: "owned", Mode: 0o4755, UID: 1, GID: 2, Owner: "demo", Phase: 1, Content: compose.Content{Data: []byte("x")}},
			at("small", 0o644, local(t, "small", "small")),
			at("big", 0o644, local(t, "big", big)),
			at("member", 0o755, of(archive, "bin/tool", "tool")),
			at("member2", 0o755, of(archive, "bin/tool", "tool")),
			at("bigmember", 0o644, of(archive, "big", big)),
			at("plain", 0o644, compose.Content{Source: site + "plain"}),
			at("unpacked", 0o644, compose.Content{Source: site + "x.tar", Member: "/bin/tool"}),
			at("edited", 0o644, compose.Content{Source: site + "crds.yaml", Edits: []catalog.Edit{{Find: "old", Replace: "new"}}}),
			{Name: "arm", Mode: 0o644, Platform: "linux/arm64", Content: compose.Content{Data: []byte("arm")}},
			{Name: "amd", Mode: 0o644, Platform: amd, Content: compose.Content{Data: []byte("amd")}},
		},
		Builds: []compose.Build{{Contents: []compose.File{
			at("opt/big", 0o644, compose.Content{Source: site + "x.tar", Member: "big"}),
		}}},
	}
	want := map[string]string{
		"data": "data", "dir/": "", "link": "-> data", "owned": "x", "small": "small", "big": big, "member": "tool",
		"member2": "tool", "bigmember": big, "plain": "plain", "unpacked": "tool", "edited": "kind: new\n", "amd": "amd",
	}
	return p, l, want
}

func TestBind(t *testing.T) {
	t.Parallel()
	s := open(t)
	p, l, want := everything(t, s)
	if err := rootfs.Stage(t.Context(), p, l, s); err != nil {
		t.Fatal(err)
	}
	items, err := rootfs.Bind(t.Context(), p.Files, l, s, amd)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, contents(t, rootfs.New(items, s))); diff != "" {
		t.Error(diff)
	}
	owned := items[3]
	if owned.Mode != 0o4755&fs.ModePerm && owned.Mode.Perm() != 0o755 || owned.UID != 1 || owned.GID != 2 || owned.Owner != "demo" || owned.Phase != 1 {
		t.Errorf("%+v", owned)
	}
	pin, _ := l.Download(site + "x.tar")
	members := []lock.Member{
		{Path: "/bin/tool", Digest: digest.FromString("tool"), Size: 4},
		{Path: "big", Digest: digest.FromString(big), Size: int64(len(big))},
	}
	if diff := cmp.Diff(members, pin.Members); diff != "" {
		t.Errorf("members pinned: %s", diff)
	}
	inside, err := rootfs.Bind(t.Context(), p.Builds[0].Contents, l, s, amd)
	if err != nil || inside[0].Blob != digest.FromString(big) {
		t.Errorf("contents of an image: %v, %v", inside, err)
	}
}

// TestStageAgain reads no archive of which it has everything: they could be gone.
func TestStageAgain(t *testing.T) {
	t.Parallel()
	s := open(t)
	p, l, _ := everything(t, s)
	if err := rootfs.Stage(t.Context(), p, l, s); err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Files {
		if f.Content.Member != "" && f.Content.Local != "" {
			if err := os.RemoveAll(f.Content.Local); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := rootfs.Stage(t.Context(), p, l, s); err != nil {
		t.Error(err)
	}
}

func TestStageErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(t *testing.T, p *compose.Plan, l *lock.Lock)
		want   string
	}{
		"file changed": {func(t *testing.T, p *compose.Plan, _ *lock.Lock) {
			overwrite(t, p.Files[5].Content.Local, big+"!")
		}, "big: "},
		"file changed, what to do": {func(t *testing.T, p *compose.Plan, _ *lock.Lock) {
			overwrite(t, p.Files[5].Content.Local, strings.ToUpper(big))
		}, "changed while it was read; run the build again"},
		"file gone": {func(t *testing.T, p *compose.Plan, _ *lock.Lock) {
			os.Remove(p.Files[5].Content.Local)
		}, "no such file"},
		"archive changed": {func(t *testing.T, p *compose.Plan, _ *lock.Lock) {
			overwrite(t, p.Files[6].Content.Local, string(tarOf(t, file("bin/tool", "TOOL"), file("big", big))))
		}, "changed while it was read"},
		"member gone": {func(t *testing.T, p *compose.Plan, _ *lock.Lock) {
			overwrite(t, p.Files[6].Content.Local, string(tarOf(t, file("other", "other"))))
		}, "there is no file bin/tool in it: file does not exist"},
		"archive gone": {func(t *testing.T, p *compose.Plan, _ *lock.Lock) {
			os.Remove(p.Files[6].Content.Local)
		}, "no such file"},
		"no archive": {func(t *testing.T, p *compose.Plan, _ *lock.Lock) {
			overwrite(t, p.Files[6].Content.Local, "x")
		}, "not an archive"},
		"no pin": {func(_ *testing.T, _ *compose.Plan, l *lock.Lock) {
			l.Downloads = nil
		}, "unpacked: the lock has no pin for https://x.example/x.tar; write a new lock"},
		"another member than pinned": {func(_ *testing.T, _ *compose.Plan, l *lock.Lock) {
			l.AddMember(site+"x.tar", lock.Member{Path: "/bin/tool", Digest: digest.FromString("else"), Size: 4})
		}, "https://x.example/x.tar: member /bin/tool: has digest"},
		"download not in the store": {func(_ *testing.T, _ *compose.Plan, l *lock.Lock) {
			for i := range l.Downloads {
				l.Downloads[i].Digest = digest.FromString("gone")
			}
		}, "https://x.example/x.tar: blob"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			p, l, _ := everything(t, s)
			test.change(t, p, l)
			err := rootfs.Stage(t.Context(), p, l, s)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v\n  want %s", err, test.want)
			}
		})
	}
}

func overwrite(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestBindErrors(t *testing.T) {
	t.Parallel()
	s := open(t)
	l := pins(t, s, map[string]string{"a": "a", "gone": "gone"})
	l.Downloads[1].Digest = digest.FromString("not there")
	for name, test := range map[string]struct {
		file compose.File
		want string
	}{
		"no pin":          {compose.File{Name: "f", Content: compose.Content{Source: site + "b"}}, "f: the lock has no pin for https://x.example/b; write a new lock"},
		"no member":       {compose.File{Name: "f", Content: compose.Content{Source: site + "a", Member: "m"}}, "no pin for member m of https://x.example/a"},
		"a device":        {compose.File{Name: "f", Mode: fs.ModeDevice}, "which an image cannot hold"},
		"edit of nothing": {compose.File{Name: "f", Content: compose.Content{Source: site + "a", Edits: []catalog.Edit{{Find: "z"}}}}, `expected 1 times "z", found 0`},
		"edit, not there": {compose.File{Name: "f", Content: compose.Content{Source: site + "gone", Edits: []catalog.Edit{{Find: "z"}}}}, "not found"},
		"changed":         {compose.File{Name: "f", Content: compose.Content{Local: local(t, "x", "x").Local, Digest: digest.FromString("y"), Size: 1}}, "changed while it was read"},
		"gone":            {compose.File{Name: "f", Content: compose.Content{Local: "/nowhere/x", Size: 1}}, "no such file"},
	} {
		_, err := rootfs.Bind(t.Context(), []compose.File{test.file}, l, s, amd)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	if err := rootfs.Stage(t.Context(), &compose.Plan{Files: []compose.File{{Name: "f", Content: compose.Content{Source: site + "z", Member: "m"}}}}, l, s); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("stage without a pin: %v", err)
	}
}
