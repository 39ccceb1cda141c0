package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/opc"
)

func (a *app) compose() *cobra.Command {
	var target targetFlags
	var pins lockFlags
	var dir string
	cmd := &cobra.Command{
		Use:   "compose NAME",
		Short: "Show what a profile is made of, or write it as a context for plain sealer",
		Long: `Compose shows the plan of NAME, without any network. With -o it writes a plain
Kubefile and a build context that sealer itself can build: charts and manifests
are downloaded, images are listed in manifests/imageList.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := target.target(args[0])
			if err != nil {
				return err
			}
			c, err := a.open()
			if err != nil {
				return err
			}
			defer c.Close()
			plan, err := a.plan(cmd.Context(), c, t)
			if err != nil {
				return err
			}
			if dir == "" {
				return a.output().Write(plan, func(w io.Writer) error { return writePlan(w, plan) })
			}
			l, err := pins.pin(cmd.Context(), c, plan, t)
			if err != nil {
				return err
			}
			if err := c.Lower(cmd.Context(), plan, l, dir); err != nil {
				return err
			}
			a.progress.Log("Wrote " + dir + "; build it there with: sealer build -f Kubefile .")
			return nil
		},
	}
	target.register(cmd)
	pins.register(cmd)
	cmd.Flags().StringVarP(&dir, "dir", "o", "", "write a build context for sealer into this directory")
	return cmd
}

func writePlan(w io.Writer, p *compose.Plan) error {
	root := ui.Node{Label: p.Name, Note: string(p.Type)}
	files := map[string]int{}
	for _, f := range p.Files {
		files[f.Owner]++
	}
	if n := files[""]; n > 0 {
		root.Children = append(root.Children, ui.Node{Label: "Kubefile", Note: fmt.Sprintf("%d files", n)})
	}
	for _, c := range p.Components {
		node := ui.Node{Label: c.Name + " " + c.Version, Note: fmt.Sprintf("%d files, %d images declared", files[c.Name], len(c.Images))}
		for _, d := range p.Downloads {
			if d.For == c.Name {
				node.Children = append(node.Children, ui.Node{Label: d.Source})
			}
		}
		root.Children = append(root.Children, node)
	}
	if err := ui.WriteTree(w, root); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%d files, %d downloads, Kubernetes %s, platforms %v\n", len(p.Files), len(p.Downloads), p.KubeVersion, p.Platforms)
	return err
}

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
			var findings []opc.KubefileFinding
			failed := false
			for _, file := range args {
				found, err := opc.LintKubefile(file, write)
				if err != nil {
					return err
				}
				findings = append(findings, found...)
			}
			err := a.output().Write(findings, func(w io.Writer) error {
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
				failed = failed || f.Severity == "error"
			}
			if failed {
				return inputError{fmt.Errorf("these Kubefiles cannot be built")}
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the files in the usual form")
	return cmd
}
