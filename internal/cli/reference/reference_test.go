package reference_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/cli"
	"github.com/opc-source/opc-image/internal/cli/reference"
)

const top = "../../.."

func TestReferenceIsGenerated(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile(filepath.Join(top, "docs/cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(reference.Markdown(cli.New()))); diff != "" {
		t.Errorf("docs/cli.md is out of date; run go generate ./internal/cli (-committed +generated):\n%s", diff)
	}
}

// TestReferenceIsComplete looks for each command and flag there is.
func TestReferenceIsComplete(t *testing.T) {
	t.Parallel()
	root := cli.New()
	text := string(reference.Markdown(root))
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c != root && !c.Hidden && !strings.Contains(text, "### "+c.CommandPath()+"\n") {
			t.Errorf("%s is missing", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
	for _, flag := range []string{"`--store DIR`", "`-o, --file FILE`", "`-t, --tag NAME`", `text\|json`} {
		if !strings.Contains(text, flag) {
			t.Errorf("%s is missing", flag)
		}
	}
}
