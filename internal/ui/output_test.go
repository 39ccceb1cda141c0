package ui

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/progress"
)

func TestTable(t *testing.T) {
	t.Parallel()
	table := NewTable("repository", "tag", "size")
	table.Row("localhost:5000/opc/full", "v1", progress.Bytes(2_670_000_000))
	table.Row("cola", "", progress.Bytes(10))
	table.Row("evil\x1b[2J\nname")
	var out bytes.Buffer
	if err := table.Write(&out); err != nil {
		t.Fatal(err)
	}
	const want = `REPOSITORY                TAG   SIZE
localhost:5000/opc/full   v1    2.67GB
cola                      -     10B
evil` + "\uFFFD" + `[2J name             -     -
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestTree(t *testing.T) {
	t.Parallel()
	root := Node{Label: "full", Size: 2_670_000_000, Children: []Node{
		{Label: "cert-manager", Size: 131e6, Children: []Node{
			{Label: "quay.io/jetstack/controller:v1", Size: 20_100_000, Note: "linux/amd64"},
			{Label: "chart", Children: []Node{{Label: "values\n.yaml"}}},
		}},
		{Label: "cola", Children: []Node{{Label: "bundle"}}},
	}}
	var out bytes.Buffer
	if err := WriteTree(&out, root); err != nil {
		t.Fatal(err)
	}
	const want = `full (2.67GB)
├── cert-manager (131MB)
│   ├── quay.io/jetstack/controller:v1 (20.1MB) [linux/amd64]
│   └── chart
│       └── values .yaml
└── cola
    └── bundle
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestOutput(t *testing.T) {
	t.Parallel()
	result := struct {
		Name string `json:"name"`
		Size int64  `json:"size"`
	}{"a<b>&c", 7}
	text := func(w io.Writer) error {
		_, err := fmt.Fprintln(w, result.Name, progress.Bytes(result.Size))
		return err
	}
	for format, want := range map[Format]string{
		"":         "a<b>&c 7B\n",
		Text:       "a<b>&c 7B\n",
		JSONFormat: "{\n  \"name\": \"a<b>&c\",\n  \"size\": 7\n}\n",
	} {
		var out bytes.Buffer
		if err := (Output{Format: format, W: &out}).Write(result, text); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("%q: %s", format, diff)
		}
	}
}

func TestOutputErrors(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	broken := writerFunc(func([]byte) (int, error) { return 0, full })
	tree := func(w io.Writer) error {
		return WriteTree(w, Node{Label: "a", Children: []Node{{Label: "b"}}})
	}
	if err := (Output{W: broken}).Write(nil, tree); !errors.Is(err, full) {
		t.Errorf("text: %v", err)
	}
	if err := (Output{W: broken, Format: JSONFormat}).Write(1, tree); !errors.Is(err, full) {
		t.Errorf("json: %v", err)
	}
	if err := tree(broken); !errors.Is(err, full) {
		t.Errorf("tree: %v", err)
	}
	if err := NewTable("a").Write(broken); !errors.Is(err, full) {
		t.Errorf("table: %v", err)
	}
	if err := (Output{W: io.Discard}).Write(nil, func(io.Writer) error { return full }); !errors.Is(err, full) {
		t.Errorf("text function: %v", err)
	}
}
