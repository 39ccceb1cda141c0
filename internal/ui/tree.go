package ui

import (
	"fmt"
	"io"
	"strings"

	"github.com/opc-source/opc-image/pkg/progress"
)

// Node is one line of a tree and what hangs below it.
type Node struct {
	Label string `json:"label"`
	// Size in bytes, shown behind the label; 0 shows none.
	Size int64 `json:"size,omitempty"`
	// Note is shown last, in brackets: a platform, a digest, a reason.
	Note     string `json:"note,omitempty"`
	Children []Node `json:"children,omitempty"`
}

// WriteTree writes a tree the way tree(1) draws it:
//
//	full (2.67GB)
//	├── cert-manager (131MB)
//	│   └── quay.io/jetstack/cert-manager-controller:v1.18.2 (20.1MB) [amd64]
//	└── cola
func WriteTree(w io.Writer, root Node) error {
	if _, err := fmt.Fprintln(w, root.line()); err != nil {
		return err
	}
	return writeChildren(w, root.Children, "")
}

func writeChildren(w io.Writer, nodes []Node, indent string) error {
	for i, node := range nodes {
		branch, below := "├── ", "│   "
		if i == len(nodes)-1 {
			branch, below = "└── ", "    "
		}
		if _, err := fmt.Fprintln(w, indent+branch+node.line()); err != nil {
			return err
		}
		if err := writeChildren(w, node.Children, indent+below); err != nil {
			return err
		}
	}
	return nil
}

func (n Node) line() string {
	parts := []string{Clean(n.Label)}
	if n.Size > 0 {
		parts = append(parts, "("+progress.Bytes(n.Size)+")")
	}
	if n.Note != "" {
		parts = append(parts, "["+Clean(n.Note)+"]")
	}
	return strings.Join(parts, " ")
}
