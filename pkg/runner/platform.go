package runner

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/containerd/platforms"
)

// emulators maps architectures to the names under which qemu is registered.
var emulators = map[string]string{
	"amd64": "qemu-x86_64", "arm64": "qemu-aarch64", "arm": "qemu-arm", "386": "qemu-i386",
	"ppc64le": "qemu-ppc64le", "s390x": "qemu-s390x", "riscv64": "qemu-riscv64", "loong64": "qemu-loongarch64",
}

// checkPlatform tells whether this machine executes programs for the platform.
// binfmt is the directory where the kernel lists its emulators.
func checkPlatform(platform, binfmt string) error {
	if platform == "" {
		return nil
	}
	p, err := platforms.Parse(platform)
	if err != nil {
		return fmt.Errorf("platform %q: %w", platform, err)
	}
	if p.OS == runtime.GOOS && p.Architecture == runtime.GOARCH {
		return nil
	}
	if p.OS == runtime.GOOS && emulated(p.Architecture, binfmt) {
		return nil
	}
	return fmt.Errorf("the image is for %s and this machine is %s/%s: %w",
		platform, runtime.GOOS, runtime.GOARCH, ErrPlatform)
}

// emulated tells whether an emulator is registered that works in a root
// directory it is not part of: flag F, the kernel holds it open.
func emulated(architecture, binfmt string) bool {
	name, ok := emulators[architecture]
	if !ok {
		return false
	}
	entry, err := os.ReadFile(filepath.Join(binfmt, name))
	if err != nil || !strings.HasPrefix(string(entry), "enabled") {
		return false
	}
	for line := range strings.Lines(string(entry)) {
		if flags, ok := strings.CutPrefix(line, "flags:"); ok {
			return strings.Contains(flags, "F")
		}
	}
	return false
}
