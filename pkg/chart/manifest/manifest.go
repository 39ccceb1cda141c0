// Package manifest holds the documents that rendering a chart, building a
// kustomization or reading plain YAML comes down to. It links no renderer.
package manifest

import (
	"bytes"
	"fmt"
)

// Document is one YAML document as it would be sent to the cluster.
type Document struct {
	Chart   string   // "name-version" of the chart it came from; empty for plain manifests
	File    string   // slash path of the template or file
	Index   int      // position among the documents of File, from 0; empty ones do not count
	Line    int      // line of File on which the document starts, from 1
	Data    []byte   // the document, without its "---" line
	Hooks   []string // helm hook events, sorted; empty for ordinary objects
	Skipped string   // why it is not installed; empty when it is
}

// Limits bounds what Split accepts. The zero value means the defaults.
type Limits struct {
	Documents int   // documents in one file; default 100,000
	Bytes     int64 // size of one file; default 256 MiB
}

func (l Limits) withDefaults() Limits {
	if l.Documents == 0 {
		l.Documents = 100_000
	}
	if l.Bytes == 0 {
		l.Bytes = 256 << 20
	}
	return l
}

// Split cuts a YAML stream into its documents. A document that holds nothing but
// comments and blanks is left out. Lines may be of any length.
//
// A line that starts with three dashes and no fourth separates documents wherever
// it stands (YAML 1.2.2, 9.2). What follows the dashes belongs to the next
// document: templates print "---apiVersion: v1", and helm and kubectl take it.
func Split(file string, data []byte, limits Limits) ([]Document, error) {
	limits = limits.withDefaults()
	if int64(len(data)) > limits.Bytes {
		return nil, fmt.Errorf("%s: %d bytes: more than the %d bytes allowed in one manifest file", file, len(data), limits.Bytes)
	}
	var docs []Document
	line, start, startLine := 1, 0, 1
	flush := func(end int) error {
		body := data[start:end]
		if blank(body) {
			return nil
		}
		if len(docs) == limits.Documents {
			return fmt.Errorf("%s:%d: more than the %d documents allowed in one manifest file", file, startLine, limits.Documents)
		}
		docs = append(docs, Document{File: file, Index: len(docs), Line: startLine, Data: body})
		return nil
	}
	for pos := 0; pos < len(data); line++ {
		next := nextLine(data, pos)
		if rest, ok := marker(data[pos:next]); ok {
			if err := flush(pos); err != nil {
				return nil, err
			}
			start, startLine = next-len(rest), line
		}
		pos = next
	}
	if err := flush(len(data)); err != nil {
		return nil, err
	}
	return docs, nil
}

// nextLine is the offset just after the line break that follows pos.
func nextLine(data []byte, pos int) int {
	if i := bytes.IndexByte(data[pos:], '\n'); i >= 0 {
		return pos + i + 1
	}
	return len(data)
}

// marker reports whether line starts a document, and what follows the marker.
func marker(line []byte) ([]byte, bool) {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	if !ok || len(rest) > 0 && rest[0] == '-' {
		return nil, false
	}
	return rest, true
}

// blank reports whether a document holds only comments, blanks and "...".
func blank(body []byte) bool {
	for pos := 0; pos < len(body); {
		next := nextLine(body, pos)
		line := bytes.TrimSpace(body[pos:next])
		if len(line) > 0 && line[0] != '#' && !bytes.Equal(line, []byte("...")) {
			return false
		}
		pos = next
	}
	return true
}
