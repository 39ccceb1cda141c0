package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/compose"
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
		RunE: a.onPlan(&target, func(ctx context.Context, p *planned) error {
			if dir == "" {
				return a.print(p.plan, func(w io.Writer) error { return writePlan(w, p.plan) })
			}
			l, err := pins.pin(ctx, p)
			if err != nil {
				return err
			}
			if err := p.client.Lower(ctx, p.plan, l, dir); err != nil {
				return err
			}
			a.progress.Log("Wrote " + dir + "; build it there with: sealer build -f Kubefile .")
			return nil
		}),
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
