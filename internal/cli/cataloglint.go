package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/catalog/objects"
	"github.com/opc-source/opc-image/pkg/progress"
)

func (a *app) catalogLint() *cobra.Command {
	return &cobra.Command{
		Use:   "lint",
		Short: "Hold the components to the rules of the air gap",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.readCatalog()
			if err != nil {
				return err
			}
			findings := append([]catalog.Finding{}, c.Lint()...) // an empty list is one in JSON, too
			findings = append(findings, objects.Lint(cmd.Context(), c)...)
			err = a.print(findings, func(w io.Writer) error {
				for _, f := range findings {
					if _, err := fmt.Fprintln(w, f); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			wrong := 0
			for _, f := range findings {
				if f.Severity == catalog.SeverityError {
					wrong++
				}
			}
			if wrong > 0 {
				return inputError{fmt.Errorf("%s in the catalog", progress.Count(wrong, "error"))}
			}
			return nil
		},
	}
}
