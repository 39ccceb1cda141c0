package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/progress"
)

func (a *app) format() *cobra.Command {
	var write bool
	cmd := &cobra.Command{
		Use:   "lint [KUBEFILE…]",
		Short: "Check Kubefiles, and bring them into the usual form",
		Long: `Lint reports everything that is wrong or unwise in Kubefiles, with file, line,
column and a hint. With --write it also brings them into the usual form.`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{opc.KubefileName}
			}
			findings := []opc.KubefileFinding{} // an empty list is one in JSON, too
			wrong := 0
			for _, file := range args {
				found, err := opc.LintKubefile(file, write)
				if err != nil {
					return err
				}
				findings = append(findings, found...)
			}
			err := a.print(findings, func(w io.Writer) error {
				for _, f := range findings {
					if _, err := fmt.Fprintf(w, "%s: %s\n", f.Severity, f.Text); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			for _, f := range findings {
				if f.Severity == "error" {
					wrong++
				}
			}
			if wrong > 0 {
				return inputError{fmt.Errorf("%s; it cannot be built so", progress.Count(wrong, "error"))}
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the files in the usual form")
	return cmd
}
