package lock_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/lock"
)

func TestDecodeErrors(t *testing.T) {
	t.Parallel()
	good := encode(t, sample())
	for name, test := range map[string]struct{ text, want string }{
		"unknown key":     {strings.Replace(good, "profile:", "profil:", 1), "[3:1] unknown field \"profil\""},
		"unknown deep":    {strings.Replace(good, "  size: 3", "  sizes: 3", 1), "unknown field \"sizes\""},
		"duplicate key":   {good + "\nversion: 1\n", "mapping key \"version\" already defined"},
		"wrong kind":      {strings.Replace(good, "size: 3", "size: three", 1), "cannot unmarshal string into Go struct field"},
		"no YAML":         {"a: [", "opc.lock is damaged; restore it or write a new one with \"opc-image lock --update\""},
		"empty":           {"", "opc.lock is damaged"},
		"another version": {strings.Replace(good, "version: 1", "version: 2", 1), "format version 2, this program reads 1; write a new one"},
		"no digest":       {strings.Replace(good, dgst("inputs").String(), "sha256:abc", 1), `inputs: digest "sha256:abc"`},
		"negative size":   {strings.Replace(good, "size: 3", "size: -3", 1), "https://c.example#a@1.0: size -3 is negative"},
		"image twice":     {strings.ReplaceAll(good, "z.example/z:1", "a.example/a:1"), "image a.example/a:1: listed twice"},
		"download twice":  {strings.Replace(good, "https://x.example/b.tgz", "https://c.example#a@1.0", 1), "download https://c.example#a@1.0: listed twice"},
		"member twice":    {strings.Replace(good, "path: z", "path: a", 1), "member a: listed twice"},
		"platform twice":  {strings.Replace(good, "platform: linux/arm64", "platform: linux/amd64", 1), "platform linux/amd64: listed twice"},
		"no name":         {strings.Replace(good, "a.example/a:1", `""`, 1), "image: has no name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.text == good {
				t.Fatal("nothing is wrong with it")
			}
			_, err := lock.Decode("opc.lock", []byte(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v\n  want %s", err, test.want)
			}
		})
	}
}

// TestDecodeSorts reads a file that a merge has left in disorder.
func TestDecodeSorts(t *testing.T) {
	t.Parallel()
	text := encode(t, sample())
	begin := strings.Index(text, "- name: a.example")
	end := strings.Index(text, "- name: z.example")
	l, err := lock.Decode("opc.lock", []byte(text[:begin]+text[end:]+text[begin:end]))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := l.Image("a.example/a:1"); !ok {
		t.Error("an image is not found")
	}
	if diff := cmp.Diff(text, encode(t, l)); diff != "" {
		t.Error(diff)
	}
}

func TestEncodeErrors(t *testing.T) {
	t.Parallel()
	l := sample()
	l.Images[0].Digest, l.Images[1].Platforms = "", nil
	_, err := lock.Encode(l)
	for _, want := range []string{`z.example/z:1: digest ""`, "image a.example/a:1: is for no platform"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	if err := lock.WriteFile(filepath.Join(t.TempDir(), "opc.lock"), l); err == nil {
		t.Error("a bad lock is written")
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "new", "opc.lock")
	if _, err := lock.ReadFile(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	l := sample()
	if err := lock.WriteFile(file, l); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if before.Mode() != 0o644 {
		t.Errorf("mode %v", before.Mode())
	}
	back, err := lock.ReadFile(file)
	if err != nil || encode(t, back) != encode(t, l) {
		t.Errorf("read back: %v", err)
	}
	if err := lock.WriteFile(file, back); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(file); err != nil || !os.SameFile(before, after) {
		t.Errorf("a file that would not change was written: %v", err)
	}
	l.Profile = "other"
	if err := lock.WriteFile(file, l); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(file); err != nil || os.SameFile(before, after) {
		t.Errorf("the file was written in place, so that a reader may see half of it: %v", err)
	}
	if entries, err := os.ReadDir(filepath.Dir(file)); err != nil || len(entries) != 1 {
		t.Errorf("left over: %v, %v", entries, err)
	}
}

func TestFileErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	blocked := filepath.Join(dir, "opc.lock")
	if err := os.MkdirAll(filepath.Join(blocked, "full"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := lock.WriteFile(blocked, sample()); err == nil {
		t.Error("a directory was replaced")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left over: %v, %v", entries, err)
	}
	if err := lock.WriteFile(filepath.Join(dir, "opc.lock", "x", "y"), sample()); err != nil {
		t.Error(err)
	}
	plain := filepath.Join(dir, "opc.lock", "x", "y")
	if err := lock.WriteFile(filepath.Join(plain, "z"), sample()); err == nil {
		t.Error("wrote below a file")
	}
	if _, err := lock.ReadFile(blocked); err == nil {
		t.Error("read a directory")
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "opc.lock")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(64<<20 + 1); err != nil {
		t.Fatal(err)
	}
	if _, err := lock.ReadFile(file); err == nil || !strings.Contains(err.Error(), "more than the limit of 67108864") {
		t.Errorf("error %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	text, err := lock.Encode(sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("version: 1\nimages: &a [*a]\n"))
	f.Add([]byte("version: 1\ninputs: sha256:" + strings.Repeat("0", 64)))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := lock.Decode("fuzz", data)
		if err != nil {
			return
		}
		text, err := lock.Encode(l)
		if err != nil {
			t.Fatalf("a lock that was read cannot be written: %v", err)
		}
		back, err := lock.Decode("again", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if again, err := lock.Encode(back); err != nil || string(again) != string(text) {
			t.Fatalf("%v: %s", err, cmp.Diff(string(text), string(again)))
		}
	})
}

// TestWriteAtOnce: writers beside each other, and one that was killed before,
// leave one whole file.
func TestWriteAtOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "opc.lock")
	if err := os.WriteFile(file+".tmp", []byte("half of a lock that was much longer than it"), 0o600); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			l := sample()
			l.Profile = strings.Repeat("x", 1+i*1000)
			if err := lock.WriteFile(file, l); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if _, err := lock.ReadFile(file); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(entries) != 1 {
		t.Errorf("files: %v, %v", entries, err)
	}
}
