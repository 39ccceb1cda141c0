package unpack

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"
)

// ar puts members, name and content in turn, into an archive as deb(5) has it.
func ar(members ...string) []byte {
	b := bytes.NewBufferString(arMagic)
	for i := 0; i < len(members); i += 2 {
		fmt.Fprintf(b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n%s", members[i], 0, 0, 0, "100644", len(members[i+1]), members[i+1])
		if len(members[i+1])%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

func TestDebian(t *testing.T) {
	t.Parallel()
	data := compressed(t, sample(t), func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) })
	control := plainTar(t, tar.Header{Name: "./control", Typeflag: tar.TypeReg, Mode: 0o644})
	for name, deb := range map[string][]byte{
		"xz":          ar("debian-binary", "2.0\n", "control.tar", string(control), "data.tar.xz", string(data)),
		"odd before":  ar("debian-binary", "2.0", "data.tar.xz", string(data)),
		"plain":       ar("debian-binary", "2.0\n", "data.tar", string(sample(t))),
		"slash names": ar("debian-binary/", "2.0\n", "data.tar/", string(sample(t))),
	} {
		r, err := Open(bytes.NewReader(deb), int64(len(deb)), "bin/tool")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != "./bin/tool" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		r, _ = Open(bytes.NewReader(deb), int64(len(deb)), "control")
		if _, err := io.ReadAll(r); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: what is no file of the package is read: %v", name, err)
		}
	}
}

func TestDebianDamaged(t *testing.T) {
	t.Parallel()
	whole := ar("debian-binary", "2.0\n", "data.tar", string(sample(t)))
	for want, deb := range map[string][]byte{
		"without data.tar":          ar("debian-binary", "2.0\n"),
		"damaged header at byte 72": whole[:len(whole)-512],
		"damaged header at byte 8":  bytes.Replace(whole, []byte("`\n"), []byte("xx"), 1),
		"Debian package: ":          whole[:40],
	} {
		err := Walk(bytes.NewReader(deb), int64(len(deb)), func(Entry, io.Reader) error { return nil })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
