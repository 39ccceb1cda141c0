package verify

import (
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/unpack"
)

// machines are the architectures of ELF files by those of platforms.
var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

// machines reads the header of every ELF file, of the root file system and in the
// layers of container images, and finds those for another architecture.
func (v *verifier) machines(ctx context.Context) error {
	_, arch, _ := strings.Cut(v.report.Platform, "/")
	want, ok := machines[arch]
	if !ok {
		return fmt.Errorf("the architecture of programs for %s is not known; leave it unchecked", v.report.Platform)
	}
	err := fs.WalkDir(v.image, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return errors.Join(err, ctx.Err())
		}
		f, err := v.image.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		v.program("", "", name, f, want)
		return ctx.Err()
	})
	for _, l := range v.layers {
		if err == nil {
			err = v.layerMachines(ctx, l, want)
		}
	}
	return err
}

// layerOf is a layer of a container image.
type layerOf struct {
	image  string
	digest digest.Digest
}

func (v *verifier) layerMachines(ctx context.Context, l layerOf, want elf.Machine) error {
	at, ok := v.image.Registry.Blob(l.digest)
	if !ok {
		return nil // which is a problem already
	}
	tar, err := v.image.OpenLayer(at.Layer)
	if err != nil {
		return err
	}
	defer tar.Close()
	err = unpack.Walk(io.NewSectionReader(tar, at.Offset, at.Size), at.Size, func(e unpack.Entry, r io.Reader) error {
		if e.Mode.IsRegular() && e.Link == "" {
			v.program(l.image, l.digest, e.Name, r, want)
		}
		return ctx.Err()
	})
	if err != nil && ctx.Err() == nil {
		v.problem(l.image, l.digest, "layer %s cannot be unpacked: %v", l.digest, err)
		return nil
	}
	return err
}

// program looks at the header of a file. What is no ELF file, or one for the
// machine within the kernel (BPF), fits anywhere.
func (v *verifier) program(image string, dgst digest.Digest, name string, r io.Reader, want elf.Machine) {
	head := make([]byte, 20) // up to e_machine
	if _, err := io.ReadFull(r, head); err != nil || string(head[:4]) != elf.ELFMAG {
		return
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if elf.Data(head[elf.EI_DATA]) == elf.ELFDATA2MSB {
		order = binary.BigEndian
	}
	v.report.Programs++
	if got := elf.Machine(order.Uint16(head[18:])); got != want && got != elf.EM_BPF {
		v.problem(image, dgst, "%s is a program for %v, not for %s", name, got, v.report.Platform)
	}
}
