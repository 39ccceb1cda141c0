package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/reference"
)

var (
	runAs = regexp.MustCompile(`^[1-9][0-9]*(:[0-9]+)?$`)
	port  = regexp.MustCompile(`^[1-9][0-9]{0,4}/(tcp|udp)$`)
)

func (k *checker) images() {
	var named, excluded []string
	for i, image := range k.c.Images {
		at := fmt.Sprintf("images[%d]", i)
		k.fullName(at+".name", image.Name)
		k.platforms(at+".platforms", image.Platforms)
		k.either(at, "found: where discovery sees it", image.Found, "extra: why it is needed all the same", image.Extra)
		if image.Found != "" && image.Found != FoundRendered && image.Found != FoundOperator {
			k.fail(at+".found", "found is %q; it must be %s or %s", image.Found, FoundRendered, FoundOperator)
		}
		for platform, other := range image.PublishedAs {
			k.fullName(at+".publishedAs."+platform, other)
			if !slices.Contains(image.Platforms, platform) {
				k.fail(at+".publishedAs."+platform, "publishedAs names %s, which is not one of the image's platforms", platform)
			}
		}
		named = append(named, image.Name)
	}
	for _, e := range k.c.Exclude {
		excluded = append(excluded, e.Name)
	}
	k.unique("images", named)
	k.unique("exclude", excluded)
}

func (k *checker) builds() {
	for i, b := range k.c.Build {
		at := fmt.Sprintf("build[%d]", i)
		k.fullName(at+".name", b.Name)
		if b.From != "" {
			k.fullName(at+".from", b.From)
		}
		k.way(at, b.Way)
		k.platforms(at+".platforms", b.Platforms)
		k.files(at+".files", b.Files, true)
		k.runsAs(at, b)
		if b.WorkDir != "" && !strings.HasPrefix(b.WorkDir, "/") {
			k.fail(at+".workDir", "workDir %q must be an absolute path", b.WorkDir)
		}
		for j, p := range b.Ports {
			if !port.MatchString(p) {
				k.fail(fmt.Sprintf("%s.ports[%d]", at, j), "%q is not a port such as 8080/tcp", p)
			}
		}
		listed := slices.ContainsFunc(k.c.Images, func(image Image) bool { return image.Name == b.Name })
		if !listed {
			k.fail(at+".name", "image %s is built but not listed under images", b.Name)
		}
	}
}

// runsAs checks the user of an image that we assemble.
func (k *checker) runsAs(at string, b Build) {
	switch {
	case b.Root != "" && b.User != "0":
		k.fail(at+".root", "root is the reason for user 0, and the user is %q", b.User)
	case b.Root == "" && !runAs.MatchString(b.User):
		k.fail(at+".user", "user %q must be a number other than 0, or number:group, so that Kubernetes can tell it is not root; for 0 give the reason in root", b.User)
	}
}

// fullName checks an image name that leaves nothing to defaults but the tag,
// which is a matter of lint.
func (k *checker) fullName(at, name string) {
	ref, err := reference.Parse(name)
	if err != nil {
		k.fail(at, "%v", err)
		return
	}
	if !strings.HasPrefix(name, ref.Repository()) {
		k.fail(at, "image name %q leaves out its registry; write %s", name, ref)
	}
}
