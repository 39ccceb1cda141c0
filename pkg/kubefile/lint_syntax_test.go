package kubefile

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestLintBesideSyntax finds what is wrong elsewhere in a file that Parse could
// not read as a whole, and nothing that may only follow from what it could not.
func TestLintBesideSyntax(t *testing.T) {
	t.Parallel()
	context := NewContext(fstest.MapFS{"a": {}}, nil)
	for text, want := range map[string][]string{
		// Neither "no FROM" nor "COPY stands before FROM" is told.
		"FORM scratch\nCOPY --chmod=9 a b\n": {
			`K:1:1: there is no instruction "FORM"; did you mean FROM?`,
			`K:2:14: "9" is not a file mode; write it in octal digits, such as 0755`},
		// The app may be what line 2 was to declare.
		"FROM scratch\nAP web local://a\nCOPY gone x\nLAUNCH web\n": {
			`K:2:1: there is no instruction "AP"; did you mean APP?`,
			`K:3:6: gone matches no file of the build context; correct the path, or the .dockerignore that excludes it`},
		// One instruction over several lines has one error.
		"FROM scratch\nCOPY --chwon=1 \\\n gone x\nKUBEVERSION\n": {
			`K:2:6: COPY has no flag --chwon; it takes --chown, --chmod, --from`,
			`K:4:1: KUBEVERSION has too few arguments; write KUBEVERSION VERSION`},
		// An app whose source cannot be read has that error only.
		"FROM scratch\nAPP x ftp://a\nARG\n": {
			`K:2:7: the scheme "ftp" is unknown; there are local, http, https, component, helm and oci`,
			`K:3:1: ARG has too few arguments; write ARG NAME[=DEFAULT]`},
	} {
		f, err := Parse("K", strings.NewReader(text), Limits{})
		var syntax Problems
		if !errors.As(err, &syntax) {
			t.Fatalf("%q: %v", text, err)
		}
		var got []string
		for _, p := range Lint(f, LintOptions{Context: context, Syntax: syntax}) {
			got = append(got, p.Error())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}
