package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/progress"
)

func (a *app) catalog() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "catalog",
		Short: "List, show and check the components that images are made of",
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.catalogList(), a.catalogShow(), a.catalogLint(), a.catalogCheck())
	return cmd
}

// readCatalog reads the built-in catalog and the directories of --catalog.
func (a *app) readCatalog() (*catalog.Catalog, error) {
	composer, err := a.composer()
	if err != nil {
		return nil, err
	}
	return composer.Catalog()
}

func (a *app) catalogList() *cobra.Command {
	return &cobra.Command{
		Use:   "ls",
		Short: "List the components",
		RunE: func(*cobra.Command, []string) error {
			c, err := a.readCatalog()
			if err != nil {
				return err
			}
			list := c.Components()
			written, err := asWritten(list...)
			if err != nil {
				return err
			}
			return a.print(written, func(w io.Writer) error {
				t := ui.NewTable("NAME", "VERSION", "GROUP", "IMAGES", "LICENCE", "REQUIRES")
				for _, c := range list {
					t.Row(c.Name, c.Version, c.Group, len(c.Images), c.Licence.SPDX, strings.Join(c.Requires, ","))
				}
				return t.Write(w)
			})
		},
	}
}

func (a *app) catalogShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Show a component: what it installs, the images it needs, and what is not verified",
		RunE: func(_ *cobra.Command, args []string) error {
			all, err := a.readCatalog()
			if err != nil {
				return err
			}
			c, err := all.Get(args[0])
			if err != nil {
				return err
			}
			written, err := asWritten(c)
			if err != nil {
				return err
			}
			return a.print(written[0], func(w io.Writer) error { return writeComponent(w, c) })
		},
	}
}

// asWritten gives components as JSON with the keys of component.yaml, which the
// schema describes.
func asWritten(components ...*catalog.Component) ([]json.RawMessage, error) {
	list := []json.RawMessage{}
	for _, c := range components {
		text, err := fs.ReadFile(c.Files(), catalog.FileName)
		if err != nil {
			return nil, err
		}
		data, err := yaml.YAMLToJSON(text)
		if err != nil {
			return nil, fmt.Errorf("component %s: %w", c.Name, err)
		}
		list = append(list, data)
	}
	return list, nil
}

// orDash stands for what a component does not say, as in tables.
func orDash(text string) string { return cmp.Or(text, "-") }

func writeComponent(w io.Writer, c *catalog.Component) error {
	licence := c.Licence.SPDX
	if c.Licence.Restricted {
		licence += " (restricted: " + c.Licence.Reason + ")"
	}
	if c.Licence.Asks() {
		licence += " Building asks for --accept-licence " + c.Name + "."
	}
	fmt.Fprintf(w, "%s %s\n%s\n\n", c.Title, c.Version, c.Description)
	fmt.Fprintf(w, "Homepage:   %s\nLicence:    %s\nKubernetes: %s\nNamespace:  %s\nRequires:   %s\n\n",
		orDash(c.Homepage), licence, orDash(c.Kubernetes), orDash(c.Namespace), orDash(strings.Join(c.Requires, ", ")))
	t := ui.NewTable("IMAGE", "SIZE", "KNOWN BY")
	for _, image := range c.Images {
		known := image.Found
		if image.Extra != "" {
			known = image.Extra
		}
		t.Row(image.Name, progress.Bytes(int64(image.Size)), known)
	}
	if err := t.Write(w); err != nil {
		return err
	}
	for _, text := range c.Unverified {
		if _, err := fmt.Fprintf(w, "Not verified: %s\n", text); err != nil {
			return err
		}
	}
	return nil
}
