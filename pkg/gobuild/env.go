package gobuild

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var major = regexp.MustCompile(`^v[0-9]+$`)

// steering are the variables that change what is compiled, or how.
var steering = regexp.MustCompile(`^(GOFLAGS|GOWORK|GOOS|GOARCH|GOAMD64|GOARM64|GOEXPERIMENT|GODEBUG|GOTOOLCHAIN|GO111MODULE|GOFIPS140|GOROOT|CC|CXX|AR|(CGO|PKG_CONFIG)_?.*)$`)

// compilers are the C compilers by architecture, as Debian names them, for
// machines of another architecture.
var compilers = map[string]string{"amd64": "x86_64-linux-gnu-gcc", "arm64": "aarch64-linux-gnu-gcc"}

// base is the environment less what steers the compiler. GOFLAGS has a value,
// because an empty one would be looked up in the Go command's own settings.
func (b *Builder) base() []string {
	env := b.Env
	if env == nil {
		env = os.Environ()
	}
	env = slices.DeleteFunc(slices.Clone(env), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return steering.MatchString(name)
	})
	return append(env, "GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=-mod=readonly", "LC_ALL=C")
}

func (b *Builder) environment(m Module, platform string) ([]string, error) {
	system, arch, ok := strings.Cut(platform, "/")
	if !ok || system == "" || arch == "" {
		return nil, fmt.Errorf("%q is not a platform such as linux/amd64", platform)
	}
	arch, _, _ = strings.Cut(arch, "/")
	env := append(b.base(), "GOOS="+system, "GOARCH="+arch, "GOAMD64=v1", "GOARM64=v8.0")
	if !m.Cgo {
		return append(env, "CGO_ENABLED=0"), nil
	}
	cc, ok := compilers[arch]
	if !ok {
		return nil, fmt.Errorf("no C compiler is known for %s", platform)
	}
	if _, err := exec.LookPath(cc); err != nil {
		return nil, fmt.Errorf("it has C in it, and the C compiler %s is missing: %w", cc, err)
	}
	env = append(env, "CGO_ENABLED=1", "CC="+cc)
	if m.Sysroot == "" {
		return env, nil
	}
	return append(env, cgoSettings(m.Sysroot, strings.TrimSuffix(cc, "-gcc"))...), nil
}

// cgoSettings are the variables by which C libraries below a directory are found.
// They are part of what identifies a module with C in it.
func cgoSettings(sysroot, triple string) []string {
	libraries := filepath.Join(sysroot, "usr/lib", triple)
	// The flags are part of the keys of the Go command's build cache; what
	// pkg-config says is not, and with it alone a package would be taken that was
	// compiled for the directory of another build. Debug information, which has
	// paths, is not wanted. Without the last two, pkg-config leaves out what it
	// takes for a directory that the compiler searches anyway.
	return []string{
		"CGO_CFLAGS=-O2 -I" + filepath.Join(sysroot, "usr/include"), "CGO_LDFLAGS=-O2 -L" + libraries,
		"PKG_CONFIG_LIBDIR=" + filepath.Join(libraries, "pkgconfig"), "PKG_CONFIG_SYSROOT_DIR=" + sysroot,
		"PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1", "PKG_CONFIG_ALLOW_SYSTEM_LIBS=1",
	}
}

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
