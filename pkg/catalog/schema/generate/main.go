// Command generate writes the JSON schema of component.yaml to a file. It is run
// by go generate in the folder above.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/opc-source/opc-image/pkg/catalog/schema"
)

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: %s FILE", args[0])
	}
	data, err := schema.Schema("..")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(args[1]), 0o755); err != nil {
		return err
	}
	return os.WriteFile(args[1], data, 0o644)
}
