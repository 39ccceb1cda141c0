package kubeadm

import (
	"encoding/json"
	"fmt"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
)

// Patch changes documents after the conversion. It is YAML: for each kind a
// JSON merge patch (RFC 7386) in terms of v1beta4, in which null deletes. The
// flags under extraArgs and kubeletExtraArgs are written as a map of names to
// values, so that one flag can be set or deleted without the others.
type Patch struct {
	// Name is where the patch comes from, for messages.
	Name string
	Data []byte
}

// change is the patch of one kind.
type change struct {
	from string // "10-image.yaml: document 1 (KubeletConfiguration)"
	kind string
	json []byte
}

func readPatches(patches []Patch) ([]change, error) {
	var all []change
	for _, p := range patches {
		docs, err := split(p.Data)
		if err != nil {
			return nil, fmt.Errorf("patch %s: %w", p.Name, err)
		}
		for _, d := range docs {
			c := change{from: fmt.Sprintf("patch %s: %s", p.Name, d), kind: d.kind}
			want := newVersion
			switch d.kind {
			case kindInit, kindCluster, kindJoin:
			case kindKubelet, kindProxy:
				want = componentVersions[d.kind]
			default:
				return nil, fmt.Errorf("%s: kind %q cannot be patched", c.from, d.kind)
			}
			if d.version != "" && d.version != want {
				return nil, fmt.Errorf("%s: apiVersion %q: patches are written for %s", c.from, d.version, want)
			}
			delete(d.body, "apiVersion")
			delete(d.body, "kind")
			if c.json, err = json.Marshal(d.body); err != nil {
				return nil, fmt.Errorf("%s: %w", c.from, err)
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// patch applies the changes that are for the document's kind.
func (d *document) patch(changes []change) error {
	for _, c := range changes {
		if c.kind != d.kind {
			continue
		}
		text, err := json.Marshal(d.body)
		if err != nil {
			return fmt.Errorf("%s: %w", c.from, err)
		}
		if text, err = jsonpatch.MergePatch(text, c.json); err != nil {
			return fmt.Errorf("%s: %w", c.from, err)
		}
		var body object
		if err := json.Unmarshal(text, &body); err != nil {
			return fmt.Errorf("%s: %w", c.from, err)
		}
		d.body = body
		for _, at := range flagFields[d.kind] {
			if err := d.checkFlags(at); err != nil {
				return fmt.Errorf("%s: %w", c.from, err)
			}
		}
	}
	return nil
}
