package kubeadm

import (
	"bytes"
	"fmt"
	"strings"

	"sigs.k8s.io/yaml"
)

// object is a YAML mapping.
type object = map[string]any

// document is one of the documents of a configuration.
type document struct {
	number        int // from 1, as in the file
	kind, version string
	body          object
}

func (d *document) String() string {
	if d.kind == "" {
		return fmt.Sprintf("document %d", d.number)
	}
	return fmt.Sprintf("document %d (%s)", d.number, d.kind)
}

// split reads a file of YAML documents; empty ones are left out.
func split(data []byte) ([]*document, error) {
	if len(data) > MaxInput {
		return nil, fmt.Errorf("the configuration has %d bytes, more than %d", len(data), MaxInput)
	}
	var docs []*document
	for i, text := range pieces(data) {
		d := &document{number: i + 1}
		if err := yaml.UnmarshalStrict(text, &d.body); err != nil {
			return nil, fmt.Errorf("%s: %w", d, err)
		}
		if len(d.body) == 0 {
			continue
		}
		d.kind, _ = d.body["kind"].(string)
		d.version, _ = d.body["apiVersion"].(string)
		docs = append(docs, d)
	}
	return docs, nil
}

// pieces cuts a file at the lines that start a document (YAML 1.2, 9.1.4).
func pieces(data []byte) [][]byte {
	var all [][]byte
	var one bytes.Buffer
	for line := range bytes.Lines(data) {
		if marker := bytes.TrimRight(line, " \t\r\n"); string(marker) == "---" || bytes.HasPrefix(line, []byte("--- #")) {
			all = append(all, bytes.Clone(one.Bytes()))
			one.Reset()
			continue
		}
		one.Write(line)
	}
	all = append(all, one.Bytes())
	if len(bytes.TrimSpace(all[0])) == 0 {
		all = all[1:] // What comes before the first marker is not a document.
	}
	return all
}

// write appends the document, its flags as lists.
func (d *document) write(out *bytes.Buffer) error {
	for _, at := range flagFields[d.kind] {
		if err := d.listFlags(at); err != nil {
			return err
		}
	}
	text, err := yaml.Marshal(d.body)
	if err != nil {
		return fmt.Errorf("%s: %w", d, err)
	}
	out.WriteString("---\n")
	out.Write(text)
	return nil
}

// object finds the mapping at a path of names joined by dots, nil when there is
// none.
func (d *document) object(at string) object {
	o := d.body
	for name := range strings.SplitSeq(at, ".") {
		o, _ = o[name].(object)
	}
	return o
}

// ensure finds the mapping at a path and makes what is missing.
func (d *document) ensure(at string) object {
	o := d.body
	for name := range strings.SplitSeq(at, ".") {
		next, ok := o[name].(object)
		if !ok {
			next = object{}
			o[name] = next
		}
		o = next
	}
	return o
}
