package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/progress"
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
		RunE: a.onPlan(&target, func(ctx context.Context, p *planned) error {
			if dir == "" {
				return a.print(p.plan, func(w io.Writer) error { return writePlan(w, p.plan) })
			}
			if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
				return inputError{fmt.Errorf("%s is not empty; choose another directory", dir)}
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
	cmd.Flags().StringVarP(&dir, "dir", "o", "", "write a build context for sealer into `DIR`")
	return cmd
}

func writePlan(w io.Writer, p *compose.Plan) error {
	root := ui.Node{Label: p.Name, Note: string(p.Type)}
	files := map[string]int{}
	for _, f := range p.Files {
		files[f.Owner]++
	}
	downloads := map[string][]ui.Node{}
	for _, d := range p.Downloads {
		downloads[d.For] = append(downloads[d.For], ui.Node{Label: d.Source})
	}
	if n, own := files[""], downloads["the Kubefile"]; n > 0 || len(own) > 0 {
		root.Children = append(root.Children, ui.Node{Label: "Kubefile", Note: progress.Count(n, "file"), Children: own})
	}
	components := map[string]bool{}
	for _, c := range p.Components {
		components[c.Name] = true
		root.Children = append(root.Children, ui.Node{
			Label: c.Name + " " + c.Version, Children: downloads[c.Name],
			Note: progress.Count(files[c.Name], "file") + ", " + progress.Count(len(c.Images), "image") + " declared",
		})
	}
	for _, app := range p.Apps { // those of the Kubefile itself
		if !components[app.Name] {
			root.Children = append(root.Children, ui.Node{Label: app.Name, Note: "app", Children: downloads["app "+app.Name]})
		}
	}
	if err := ui.WriteTree(w, root); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s, %s, Kubernetes %s, for %s\n", progress.Count(len(p.Files), "file"), progress.Count(len(p.Downloads), "download"),
		p.KubeVersion, strings.Join(p.Platforms, ", "))
	return err
}
