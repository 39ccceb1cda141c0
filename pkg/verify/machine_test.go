package verify_test

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/verify"
)

// program is the beginning of an ELF file.
func program(machine elf.Machine, data elf.Data) string {
	head := make([]byte, 64)
	copy(head, elf.ELFMAG)
	head[elf.EI_CLASS], head[elf.EI_DATA] = byte(elf.ELFCLASS64), byte(data)
	if data == elf.ELFDATA2MSB {
		head[19] = byte(machine)
	} else {
		head[18] = byte(machine)
	}
	return string(head)
}

// layer puts an image into the world whose layer is a tar of files, in turn name
// and content.
func (w *world) layer(name string, files ...string) {
	w.Helper()
	var b bytes.Buffer
	tw := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		if err := tw.WriteHeader(&tar.Header{Name: files[i], Mode: 0o755, Size: int64(len(files[i+1])), Format: tar.FormatUSTAR}); err != nil {
			w.Fatal(err)
		}
		tw.Write([]byte(files[i+1]))
	}
	if err := tw.Close(); err != nil {
		w.Fatal(err)
	}
	w.content = b.Bytes()
	w.image(name, amd, arm)
	w.content = nil
}

func TestMachines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.lock.Images = nil // less web, whose layer is no archive
	clear(w.files)
	right, wrong := program(elf.EM_X86_64, elf.ELFDATA2LSB), program(elf.EM_AARCH64, elf.ELFDATA2LSB)
	w.layer("r.example/tool:1", "usr/bin/right", right, "usr/bin/wrong", wrong, "etc/text", "text")
	w.file("bin/right", right)
	w.file("bin/wrong", wrong)
	w.file("bin/big", program(elf.EM_S390, elf.ELFDATA2MSB))
	w.file("bin/bpf", program(elf.EM_BPF, elf.ELFDATA2LSB))
	w.file("bin/short", elf.ELFMAG)
	w.file("bin/script", "#!/bin/sh\n"+strings.Repeat("x", 64))
	if report := w.verify(verify.Options{Quick: true}); len(report.Problems) != 0 || report.Programs != 0 {
		t.Errorf("programs are looked at without being asked: %+v", report)
	}
	report := w.verify(verify.Options{Machines: true})
	var got []string
	for _, p := range report.Problems {
		got = append(got, p.String())
	}
	want := []string{
		"bin/big is a program for EM_S390, not for linux/amd64",
		"bin/wrong is a program for EM_AARCH64, not for linux/amd64",
		"r.example/tool:1: usr/bin/wrong is a program for EM_AARCH64, not for linux/amd64",
	}
	if diff := cmp.Diff(want, got); diff != "" || report.Programs != 6 {
		t.Errorf("%d programs; %s", report.Programs, diff)
	}
}

func TestMachinesOfDamage(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // the layer of web is no archive
	report := w.verify(verify.Options{Machines: true})
	if len(report.Problems) != 1 || !strings.Contains(report.Problems[0].What, "cannot be unpacked: not an archive") || report.Problems[0].Digest != digest.FromString(web+amd) {
		t.Errorf("%+v", report.Problems)
	}
}
