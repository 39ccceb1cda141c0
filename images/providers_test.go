package images_test

import (
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// provider is the place of a packed provider in a mirror, as OpenTofu's
// filesystem_mirror looks for it.
var provider = regexp.MustCompile(`^registry\.opentofu\.org/[a-z0-9-]+/([a-z0-9-]+)/terraform-provider-([a-z0-9-]+)_([0-9.]+)_linux_(amd64|arm64)\.zip$`)

func TestProvidersLieWhereOpenTofuLooks(t *testing.T) {
	t.Parallel()
	c := component(t, "terraform-controller")
	settings := string(read(t, c, "tofu.tfrc"))
	if strings.Contains(settings, "direct") || !strings.Contains(settings, `path = "/opt/terraform/providers"`) {
		t.Errorf("providers may come from elsewhere:\n%s", settings)
	}
	executor := c.Build[0]
	if executor.Env["TF_CLI_CONFIG_FILE"] != "/etc/tofu.tfrc" {
		t.Error("the settings are not read")
	}
	found := map[string]int{}
	for _, f := range executor.Files {
		place, inMirror := strings.CutPrefix(f.Dest, "/opt/terraform/providers/")
		if !inMirror {
			continue
		}
		found[checkProvider(t, f, place)]++
	}
	for _, name := range []string{"alicloud", "tencentcloud", "huaweicloud", "openstack", "vsphere"} {
		if found[name] != len(c.Platforms) {
			t.Errorf("provider %s is there for %d platforms, want %d", name, found[name], len(c.Platforms))
		}
	}
}

// checkProvider checks the file's place, and returns the provider's name.
func checkProvider(t *testing.T, f catalog.File, place string) string {
	t.Helper()
	match := provider.FindStringSubmatch(place)
	switch {
	case match == nil:
		t.Errorf("%s is no place in a mirror", f.Dest)
		return ""
	case match[1] != match[2] || f.Platform != "linux/"+match[4] || path.Base(f.URL) != path.Base(place):
		t.Errorf("%s for %s comes from %s", f.Dest, f.Platform, f.URL)
	}
	return match[1]
}
