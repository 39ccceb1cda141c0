package rehearse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// manifest is the stand-in of a YAML file for kubectl. The edits of its
// component apply to it: each text they look for is there as often as they say,
// at the time they look for it.
func manifest(f File) ([]byte, error) {
	body := workload(f.URL, f.Images, f.Arguments, f.Objects, quoted)
	if slices.ContainsFunc(f.Edits, func(e catalog.Edit) bool { return strings.Contains(body, e.Find) }) {
		// An edit must not meet the names that are to be found when all is done.
		body = workload(f.URL, f.Images, f.Arguments, f.Objects, escaped)
	}
	for range len(f.Edits) + 1 { // a round settles an edit
		edit, got := firstMiss(body, f)
		if edit.Find == "" {
			return []byte(body), nil
		}
		body += strings.Repeat(carry(edit.Find), max(0, max(1, edit.Count)-got))
	}
	return nil, fmt.Errorf("no stand-in for %s satisfies the edits of its component: their texts overlap", f.URL)
}

// firstMiss makes the edits in order. It returns the first whose text does not
// occur as often as it should, and how often it does.
func firstMiss(body string, f File) (catalog.Edit, int) {
	for _, edit := range f.Edits {
		if got := strings.Count(body, edit.Find); got != max(1, edit.Count) {
			return edit, got
		}
		body = strings.ReplaceAll(body, edit.Find, edit.Replace)
	}
	return catalog.Edit{}, 0
}

// carry wraps a text so that it stands in a YAML stream without meaning
// anything: a line in a comment, more than one as a text in a ConfigMap.
func carry(text string) string {
	if !strings.Contains(text, "\n") {
		return "# edited: " + text + "\n"
	}
	return `---
apiVersion: v1
kind: ConfigMap
metadata:
  name: stand-in-edited
  annotations:
    ` + Annotation + `: "true"
edited: |1
 ` + strings.TrimSuffix(text, "\n") + "\n"
}
