package compose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCopyIntoDirectoryBelow holds what Kubefiles mean by a name without a slash
// whose directory the build context does not show.
func TestCopyIntoDirectoryBelow(t *testing.T) {
	t.Parallel()
	files := map[string]string{"imageList": "a", "one.yaml": "b", "tool": "c"}
	for name, test := range map[string]struct{ kubefile, want, warning string }{
		"a directory of sealer's":      {"FROM base:1\nCOPY imageList manifests", "-rw-r--r-- manifests/imageList = a\n", ""},
		"also from scratch":            {"FROM scratch\nCOPY imageList manifests", "-rw-r--r-- manifests/imageList = a\n", ""},
		"made by RUN":                  {"FROM base:1\nRUN mkdir -p zoo/keeper && true\nCOPY one.yaml zoo", "-rw-r--r-- zoo/one.yaml phase 1 = b\n", ""},
		"made by RUN in exec form":     {"FROM base:1\nRUN [\"/bin/mkdir\", \"/zoo\"]\nCOPY one.yaml zoo", "-rw-r--r-- zoo/one.yaml phase 1 = b\n", ""},
		"mkdir as an argument":         {"FROM base:1\nRUN echo mkdir zoo\nCOPY one.yaml zoo/x", "-rw-r--r-- zoo/x phase 1 = b\n", ""},
		"not known":                    {"FROM base:1\nCOPY one.yaml plugin", "-rw-r--r-- plugin = b\n", "write plugin/"},
		"not known, and nothing below": {"FROM scratch\nCOPY one.yaml plugin", "-rw-r--r-- plugin = b\n", ""},
		"its own name":                 {"FROM base:1\nCOPY tool tool", "-rw-r--r-- tool = c\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(t, fixture{kubefile: test.kubefile, context: files})
			if diff := cmp.Diff(test.want, list(t, p.Files)); diff != "" {
				t.Error(diff)
			}
			warnings := strings.Join(p.Warnings, "\n")
			if test.warning == "" && warnings != "" || !strings.Contains(warnings, test.warning) {
				t.Errorf("warnings %q, want %q", warnings, test.warning)
			}
		})
	}
}
