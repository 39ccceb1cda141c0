package cli

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/opc"
)

func (a *app) tree() *cobra.Command {
	return &cobra.Command{
		Use:   "tree NAME",
		Short: "Show what is inside an image: apps, and the container images each needs",
		RunE: imageNames(a.onStore(func(ctx context.Context, c *opc.Client, args []string) error {
			img, err := c.Inspect(ctx, args[0])
			if err != nil {
				return err
			}
			root, err := imageTree(ctx, c, img)
			if err != nil {
				return err
			}
			return a.print(root, func(w io.Writer) error { return ui.WriteTree(w, *root) })
		})),
	}
}

// imageTree is the tree of an image: its apps, and below each the container
// images, with their size where the image's registry tells.
func imageTree(ctx context.Context, c *opc.Client, img *opc.Image) (*ui.Node, error) {
	root := &ui.Node{Label: img.Name, Note: standinNote(img)}
	apps := map[string]*treeApp{}
	var order []string
	for _, v := range img.Variants {
		root.Size += v.Size
		sizes, err := c.ContainerImages(ctx, img, v.Platform)
		if err != nil {
			return nil, err
		}
		for _, application := range v.Extension.Applications {
			if apps[application.Name] == nil {
				apps[application.Name] = &treeApp{images: map[string]*ui.Node{}}
				order = append(order, application.Name)
			}
		}
		for _, image := range v.Images {
			app := apps[image.AppName]
			if app == nil {
				app = &treeApp{images: map[string]*ui.Node{}}
				apps[image.AppName] = app
				order = append(order, image.AppName)
			}
			app.add(image.Image, v.Platform, sizes[image.Image])
		}
	}
	for _, name := range order {
		root.Children = append(root.Children, apps[name].node(name))
	}
	return root, nil
}

// treeApp collects the images of an app over all platforms.
type treeApp struct{ images map[string]*ui.Node }

func (t *treeApp) add(image, platform string, size int64) {
	n := t.images[image]
	if n == nil {
		n = &ui.Node{Label: image}
		t.images[image] = n
	}
	n.Size += size
	n.Note = strings.TrimPrefix(n.Note+", "+platform, ", ")
}

func (t *treeApp) node(name string) ui.Node {
	node := ui.Node{Label: name}
	if name == "" {
		node.Label = "(no app)"
	}
	for _, n := range t.images {
		node.Children = append(node.Children, *n)
		node.Size += n.Size
	}
	slices.SortFunc(node.Children, func(a, b ui.Node) int { return strings.Compare(a.Label, b.Label) })
	return node
}
