// Command generate writes docs/cli.md, docs/components.md and the JSON schemas in
// docs/schema. go generate runs it in the folder of package cli.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/opc-source/opc-image/internal/cli"
	"github.com/opc-source/opc-image/internal/cli/reference"
	"github.com/opc-source/opc-image/pkg/opc"
)

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: %s DIRECTORY", args[0])
	}
	top := filepath.Dir(args[1])
	components, err := components(top)
	if err != nil {
		return err
	}
	pages := map[string][]byte{"cli.md": reference.Markdown(cli.New()), "components.md": components}
	for name, schema := range reference.Schemas {
		if pages["schema/"+name], err = schema(top); err != nil {
			return err
		}
	}
	for name, data := range pages {
		if err := os.WriteFile(filepath.Join(args[1], name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func components(top string) ([]byte, error) {
	all, err := opc.LoadCatalog()
	if err != nil {
		return nil, err
	}
	groups, err := reference.ReadSystems(top)
	if err != nil {
		return nil, err
	}
	proofs, err := reference.ReadProofs(top)
	if err != nil {
		return nil, err
	}
	return reference.Components(context.Background(), all, groups, proofs)
}
