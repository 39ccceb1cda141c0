package discover

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJSON(t *testing.T) {
	t.Parallel()
	f := found(t, "busybox:1", "spec.image", Certain)
	const finding = `{"image":"docker.io/library/busybox:1","confidence":"certain","component":"demo","file":"a.yaml","object":"Pod p","path":"spec.image","rule":"test","raw":"busybox:1"}`
	for want, value := range map[string]any{
		finding: f,
		`{"image":"docker.io/library/busybox:1","extra":"why"}`:                               Needed{Image: f.Image, Extra: "why"},
		`{"image":"docker.io/library/busybox:1","reason":"off","evidence":[` + finding + `]}`: Excluded{f.Image, []Finding{f}, "off"},
	} {
		got, err := json.Marshal(value)
		if diff := cmp.Diff(want, string(got)); err != nil || diff != "" {
			t.Errorf("%T, %v (-want +got):\n%s", value, err, diff)
		}
	}
}
