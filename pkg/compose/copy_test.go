package compose_test

import (
	"archive/tar"
	"bytes"
	_ "crypto/sha512" // so that such a checksum can be read
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
)

var site = map[string]string{
	"a.txt":             "a",
	"b.txt":             "b",
	"run.sh*":           "#!/bin/sh",
	"conf/x.yaml":       "x",
	"conf/deep/y.yaml":  "y",
	"conf/link":         "-> x.yaml",
	"link.txt":          "-> a.txt",
	"links":             "-> conf",
	"empty/":            "",
	".dockerignore":     "secret\n",
	"conf/secret":       "not for the root's pattern",
	"secret":            "s",
	"opc.lock":          "changes with every build",
	"opc.lock.tmp12":    "half a lock",
	"conf/opc.lock":     "only at the top it is ours",
	"data.json.gz":      "\x1f\x8b is no gzip",
	"name with a blank": "blank",
}

// TestCopy holds COPY against what docker does.
func TestCopy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ kubefile, want string }{
		"file to a name":             {"COPY a.txt etc/b", "-rw-r--r-- etc/b = a\n"},
		"file to a directory":        {"COPY a.txt etc/", "-rw-r--r-- etc/a.txt = a\n"},
		"file to the root":           {"COPY a.txt .", "-rw-r--r-- a.txt = a\n"},
		"absolute paths":             {"COPY /a.txt /etc/b", "-rw-r--r-- etc/b = a\n"},
		"the execute bit is kept":    {"COPY run.sh .", "-rwxr-xr-x run.sh = #!/bin/sh\n"},
		"several sources":            {"COPY a.txt b.txt etc/", "-rw-r--r-- etc/a.txt = a\n-rw-r--r-- etc/b.txt = b\n"},
		"wildcards":                  {"COPY [ab].txt etc", "-rw-r--r-- etc/a.txt = a\n-rw-r--r-- etc/b.txt = b\n"},
		"a directory is its content": {"COPY conf/deep etc", "drwxr-xr-x etc\n-rw-r--r-- etc/y.yaml = y\n"},
		"an empty directory":         {"COPY empty var/empty", "drwxr-xr-x var/empty\n"},
		"a link is followed":         {"COPY link.txt etc/", "-rw-r--r-- etc/link.txt = a\n"},
		"owner":                      {"COPY --chown=5:6 a.txt .", "-rw-r--r-- a.txt 5:6 = a\n"},
		"mode":                       {"COPY --chmod=4711 a.txt .", "urwx--x--x a.txt = a\n"},
		"JSON form":                  {`COPY ["name with a blank", "x"]`, "-rw-r--r-- x = blank\n"},
		"into a directory of the plan": {"COPY conf/deep etc\nCOPY a.txt etc",
			"drwxr-xr-x etc\n-rw-r--r-- etc/y.yaml = y\n-rw-r--r-- etc/a.txt = a\n"},
		"over a file of the plan": {"COPY a.txt x\nCOPY b.txt x",
			"-rw-r--r-- x = a\n-rw-r--r-- x = b\n"},
		"links in directories are kept": {"COPY conf/ c/", `drwxr-xr-x c
drwxr-xr-x c/deep
-rw-r--r-- c/deep/y.yaml = y
Lrwxrwxrwx c/link -> x.yaml
-rw-r--r-- c/opc.lock = only at the top it is ours
-rw-r--r-- c/secret = not for the root's pattern
-rw-r--r-- c/x.yaml = x
`},
		"a link to a directory is its content": {"COPY links/deep x", "drwxr-xr-x x\n-rw-r--r-- x/y.yaml = y\n"},
		"phases":                               {"COPY a.txt .\nRUN true\nCOPY b.txt .", "-rw-r--r-- a.txt = a\n-rw-r--r-- b.txt phase 1 = b\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(t, fixture{kubefile: test.kubefile, context: site})
			if diff := cmp.Diff(test.want, list(t, p.Files)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCopyAll leaves out what the ignore file excludes, and the lock, which
// would otherwise be stale as soon as it is written.
func TestCopyAll(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: "COPY . .", context: site})
	var names []string
	for _, f := range p.Files {
		names = append(names, f.Name)
	}
	want := strings.Fields(".dockerignore a.txt b.txt conf conf/deep conf/deep/y.yaml conf/link conf/opc.lock conf/secret conf/x.yaml data.json.gz empty link.txt links")
	want = append(want, "name with a blank", "run.sh")
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"a.txt":        "a",
		"data.json.gz": archiveless(t),
		"x.zip":        "PK\x03\x04 stays as it is",
		"x.tar.gz": archive(t,
			tar.Header{Name: "./", Typeflag: tar.TypeDir, Mode: 0o750, Uid: 11, Gid: 12},
			tar.Header{Name: "./bin/", Typeflag: tar.TypeDir, Mode: 0o700, Uid: 7, Gid: 8},
			tar.Header{Name: "./bin/tool", Typeflag: tar.TypeReg, Mode: 0o4755, Uid: 7, Linkname: "tool"},
			tar.Header{Name: "./bin/hard", Typeflag: tar.TypeLink, Mode: 0o755, Uid: 7, Linkname: "./bin/tool"},
			tar.Header{Name: "bin/harder", Typeflag: tar.TypeLink, Mode: 0o755, Linkname: "bin/hard"},
			tar.Header{Name: "bin/soft", Typeflag: tar.TypeSymlink, Linkname: "../tool", Uid: 4000000000, Gid: 5},
		),
	}
	unpacked := `drwxr-x--- opt 11:12
drwx------ opt/bin 7:8
urwxr-xr-x opt/bin/tool 7:0 = tool
-rwxr-xr-x opt/bin/hard 7:0 = tool
-rwxr-xr-x opt/bin/harder = tool
Lrwxrwxrwx opt/bin/soft 4000000000:5 -> ../tool
`
	given := func(dir, owner string) string { // with an owner for all
		var b strings.Builder
		for line := range strings.Lines(unpacked) {
			words := strings.Fields(strings.Replace(line, " opt", " "+dir, 1))
			b.WriteString(words[0] + " " + words[1] + " " + owner)
			for _, word := range words[2:] {
				if !strings.Contains(word, ":") {
					b.WriteString(" " + word)
				}
			}
			b.WriteString("\n")
		}
		return b.String()
	}
	for name, test := range map[string]struct{ kubefile, want string }{
		"an archive":                  {"ADD x.tar.gz opt", unpacked},
		"an archive with a slash":     {"ADD x.tar.gz opt/", unpacked},
		"COPY leaves an archive":      {"COPY x.zip .", "-rw-r--r-- x.zip = PK\x03\x04 stays as it is\n"},
		"a zip stays":                 {"ADD x.zip opt/", "-rw-r--r-- opt/x.zip = PK\x03\x04 stays as it is\n"},
		"a compressed file stays":     {"ADD data.json.gz opt/d", "-rw-r--r-- opt/d = " + archiveless(t) + "\n"},
		"a plain file":                {"ADD a.txt opt/", "-rw-r--r-- opt/a.txt = a\n"},
		"a URL to a name":             {"ADD https://x.example/d/f.bin opt/g", "-rw------- opt/g <- https://x.example/d/f.bin\n"},
		"a URL to a directory":        {"ADD https://x.example/d/f%20g.bin?v=1#x opt/", "-rw------- opt/f g.bin <- https://x.example/d/f%20g.bin?v=1#x\n"},
		"a URL with a mode":           {"ADD --chmod=755 https://x.example/f opt/", "-rwxr-xr-x opt/f <- https://x.example/f\n"},
		"an archive over the root":    {"ADD x.tar.gz .", strings.ReplaceAll(strings.Join(strings.SplitAfter(unpacked, "\n")[1:], ""), "opt/", "")},
		"owner of an archive's files": {"ADD --chown=3:4 x.tar.gz o", given("o", "3:4")},
		"they become root's":          {"ADD --chown=root x.tar.gz o", strings.ReplaceAll(given("o", "0:0"), " 0:0", "")},
		"their modes stay":            {"ADD --chmod=0644 x.tar.gz opt", unpacked},
		"with a file, a mode and an owner": {"ADD --chown=3:4 --chmod=0600 [ax].t* o/",
			"-rw------- o/a.txt 3:4 = a\n" + given("o", "3:4")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(t, fixture{kubefile: test.kubefile, context: files})
			if diff := cmp.Diff(test.want, list(t, p.Files)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAddMode warns of a mode that holds for no file.
func TestAddMode(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.txt": "a", "x.tar.gz": archive(t, tar.Header{Name: "f", Typeflag: tar.TypeReg, Mode: 0o640})}
	for line, want := range map[string]int{"ADD --chmod=0600 x.tar.gz .": 1, "ADD --chmod=0600 a.txt .": 0, "ADD --chown=5 x.tar.gz .": 0} {
		p := plan(t, fixture{kubefile: line, context: files})
		if len(p.Warnings) != want || want > 0 && !strings.Contains(p.Warnings[0], "Kubefile:2:1: ADD: --chmod is not for what is unpacked: the files of x.tar.gz") {
			t.Errorf("%s: %q", line, p.Warnings)
		}
	}
}

// archiveless is compressed, and no archive.
func archiveless(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, strings.Repeat(`{"a": "json document"}`, 100)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCopyErrors(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"a.txt":       "a",
		"up.tar.gz":   archive(t, tar.Header{Name: "../up", Typeflag: tar.TypeReg}),
		"link.tar.gz": archive(t, tar.Header{Name: "hard", Typeflag: tar.TypeLink, Linkname: "gone"}),
		"twice.tar.gz": archive(t, tar.Header{Name: "a", Typeflag: tar.TypeReg, Linkname: "one"},
			tar.Header{Name: "a", Typeflag: tar.TypeReg, Linkname: "two"}),
		"owner.tar.gz": archive(t, tar.Header{Name: "a", Typeflag: tar.TypeReg, Uid: -1}),
		"out":          "-> ../../../../etc",
		"abs":          "-> /etc/passwd",
		"d/.wh.a":      "",
	}
	for name, test := range map[string]struct{ kubefile, want string }{
		"no file":                {"COPY gone .", "Kubefile:2:6: gone matches no file of the build context; correct the path"},
		"no match":               {"COPY *.go .", "Kubefile:2:6: *.go matches no file"},
		"out of the context":     {"COPY ../x .", "Kubefile:2:6: ../x leads out of the build context"},
		"link out of it":         {"COPY out/passwd .", "path escapes from parent"},
		"absolute link":          {"COPY abs .", "path escapes from parent"},
		"archive that leaves":    {"ADD up.tar.gz x/", `Kubefile:2:1: ADD: unpack up.tar.gz: archive entry "../up" leaves the archive`},
		"hard link to nothing":   {"ADD link.tar.gz x/", "hard is a hard link to gone, which is not in the archive before it"},
		"one name twice":         {"ADD twice.tar.gz x/", "unpack twice.tar.gz: it has two different files a; pack it again with one"},
		"owner of no system":     {"ADD owner.tar.gz x/", `archive entry "a" has the owner -1:0`},
		"whiteout":               {"COPY d d", "d/.wh.a: a name that begins with .wh. stands for a removed file"},
		"URL without a name":     {"ADD https://x.example/dir/ opt/", "Kubefile:2:1: ADD: https://x.example/dir/ ends in no file name"},
		"URL of dots":            {"ADD https://x.example/a/%2e%2e opt/", "ends in no file name"},
		"checksum not of sha256": {"ADD --checksum=sha512:" + strings.Repeat("a", 128) + " https://x.example/a opt/", "is not sha256"},
		"two checksums": {
			"ADD --checksum=sha256:" + strings.Repeat("a", 64) + " https://x.example/a opt/\nADD --checksum=sha256:" + strings.Repeat("b", 64) + " https://x.example/a etc/",
			"https://x.example/a is pinned to sha256:aaaa",
		},
		"all at once": {"COPY gone .\nCOPY away .", "Kubefile:3:6: away matches no file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := build(t, fixture{kubefile: test.kubefile, context: files})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v\n  want %s", err, test.want)
			}
		})
	}
	if _, err := build(t, fixture{kubefile: "COPY a.txt ."}); err == nil || !strings.Contains(err.Error(), "Kubefile:2:1: COPY: there is no build context") {
		t.Errorf("without a context: %v", err)
	}
}
