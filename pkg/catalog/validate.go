package catalog

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/containerd/platforms"
)

var (
	dnsLabel = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	// component is the name of a component.
	component = regexp.MustCompile(`^[a-z0-9]([-.a-z0-9]{0,61}[a-z0-9])?$`)
	hex64     = regexp.MustCompile(`^[0-9a-f]{64}$`)
	version   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]*$`)
	// word is what kubectl takes as a kind, a name or a key.
	word = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
)

// checker collects what is wrong with the meaning of a component whose form is
// right.
type checker struct {
	c        *Component
	problems Problems
}

// validate checks what strict decoding cannot: that values mean something and
// that the files they name are there. dir is the folder the component is in.
func (c *Component) validate(dir string) Problems {
	k := &checker{c: c}
	if c.Name != dir {
		k.fail("name", "name is %q but the folder is %q; they must be the same", c.Name, dir)
	}
	k.ownName("name", c.Name)
	k.label("namespace", c.Namespace)
	if !slices.Contains(Groups(), c.Group) {
		k.fail("group", "group %q is none of %s", c.Group, strings.Join(Groups(), ", "))
	}
	if !version.MatchString(c.Version) {
		k.fail("version", "version %q must be one word of letters, digits, '.', '_', '+' and '-'", c.Version)
	}
	k.webAddress("homepage", c.Homepage, "https")
	if c.Kubernetes != "" {
		if _, err := semver.NewConstraint(c.Kubernetes); err != nil {
			k.fail("kubernetes", "kubernetes %q is not a version range such as >=1.32: %v", c.Kubernetes, err)
		}
	}
	k.platforms("platforms", c.Platforms)
	k.names("requires", c.Requires)
	k.names("conflicts", c.Conflicts)
	k.install()
	k.modules()
	k.images()
	k.builds()
	k.objects()
	return k.problems
}

func (k *checker) fail(path, format string, args ...any) {
	k.problems = append(k.problems, Problem{k.c.where.at(path), fmt.Sprintf(format, args...)})
}

// label checks a name that Kubernetes takes, RFC 1123; empty passes.
func (k *checker) label(path, value string) {
	if value != "" && !dnsLabel.MatchString(value) {
		k.fail(path, "%q must be lower case letters, digits and hyphens, at most 63", value)
	}
}

// ownName checks the name of a component, which may have the version of what is
// in it, as kubernetes-1.36.
func (k *checker) ownName(path, value string) {
	if value != "" && !component.MatchString(value) {
		k.fail(path, "%q must be lower case letters, digits, hyphens and dots, at most 63", value)
	}
}

func (k *checker) checksum(path, value string) {
	if value != "" && !hex64.MatchString(value) {
		k.fail(path, "%q is not a SHA-256: want 64 lower case hexadecimal digits, without a prefix", value)
	}
}

// webAddress checks an absolute URL of one of the schemes; empty passes.
func (k *checker) webAddress(path, value string, schemes ...string) {
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" {
		k.fail(path, "%q is not an address that begins with %s://", value, strings.Join(schemes, ":// or "))
	}
}

func (k *checker) platforms(path string, list []string) {
	for i, p := range list {
		parsed, err := platforms.Parse(p)
		if err != nil || platforms.Format(parsed) != p || !strings.Contains(p, "/") {
			k.fail(fmt.Sprintf("%s[%d]", path, i), "%q is not a platform such as linux/amd64", p)
		}
	}
	k.unique(path, list)
}

func (k *checker) names(path string, list []string) {
	for i, n := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		k.ownName(at, n)
		if n == k.c.Name {
			k.fail(at, "%s names the component itself", path)
		}
	}
	k.unique(path, list)
}

func (k *checker) unique(path string, list []string) {
	for i, v := range list {
		if slices.Contains(list[:i], v) {
			k.fail(fmt.Sprintf("%s[%d]", path, i), "%q is listed twice", v)
		}
	}
}

// own checks that a file, or a folder with a marker file in it, lies beside
// component.yaml; empty passes.
func (k *checker) own(at, name, marker string) {
	if name == "" {
		return
	}
	if !fs.ValidPath(name) {
		k.fail(at, "%q is not a path beside %s", name, FileName)
		return
	}
	info, err := fs.Stat(k.c.files, path.Join(name, marker))
	if err != nil || info.IsDir() {
		k.fail(at, "there is no file %s beside %s", path.Join(name, marker), FileName)
	}
}

// either checks that exactly one of two values is given, and tells whether.
func (k *checker) either(at, nameA, a, nameB, b string) bool {
	one := (a == "") != (b == "")
	if !one {
		k.fail(at, "give either %s or %s", nameA, nameB)
	}
	return one
}
