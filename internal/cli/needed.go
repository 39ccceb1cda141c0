package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/ui"
	"github.com/opc-source/opc-image/pkg/inventory"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/opc"
)

// discoveryFlags say how charts are rendered when images are looked for.
type discoveryFlags struct {
	values      []string
	kubeVersion string
	release     string
	namespace   string
	apiVersions []string
}

func (d *discoveryFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&d.values, "values", nil, "`FILE` of values for a chart; may be repeated")
	f.StringVar(&d.kubeVersion, "kube-version", "", "Kubernetes `VERSION` to render for")
	f.StringSliceVar(&d.apiVersions, "api-versions", nil, "`API` a chart finds served besides Kubernetes' own, group/version or group/version/Kind; may be repeated")
	f.StringVar(&d.release, "release", "", "render as the release `NAME`")
	f.StringVar(&d.namespace, "namespace", "", "render for the namespace `NAME`")
}

func (d *discoveryFlags) options() (inventory.RenderOptions, error) {
	o := inventory.RenderOptions{KubeVersion: d.kubeVersion, Release: d.release, Namespace: d.namespace, APIVersions: d.apiVersions}
	for _, file := range d.values {
		data, err := os.ReadFile(file)
		if err != nil {
			return o, inputError{err}
		}
		o.Values = append(o.Values, data)
	}
	return o, nil
}

// neededImages lists the container images that something asks for.
func (a *app) neededImages(ctx context.Context, name string, d discoveryFlags) error {
	c, err := a.open()
	if err != nil {
		return err
	}
	defer c.Close()
	opts, err := d.options()
	if err != nil {
		return err
	}
	report, err := c.Needed(ctx, name, opts)
	if err != nil {
		return err
	}
	for _, warning := range report.Warnings {
		a.progress.Log("Warning: " + warning)
	}
	if err := a.print(report, func(w io.Writer) error { return writeNeeded(w, report) }); err != nil {
		return err
	}
	if err := report.Err(); err != nil {
		return fmt.Errorf("%w: %w", opc.ErrIncomplete, err)
	}
	return nil
}

func writeNeeded(w io.Writer, r *inventory.Report) error {
	t := ui.NewTable("IMAGE", "SURE", "ASKED FOR BY")
	for _, image := range r.Images {
		first := lock.Reason{}
		if len(image.Why) > 0 {
			first = image.Why[0]
		}
		asked := reasonText(first)
		if n := len(image.Why) - 1; n > 0 {
			asked += fmt.Sprintf(" (and %d more)", n)
		}
		t.Row(image.Name, first.Sure, asked)
	}
	return t.Write(w)
}

// reasonText is one place that asks for an image, from the outside in.
func reasonText(r lock.Reason) string {
	var parts []string
	for _, part := range []string{r.Component, r.File, r.Object, r.Path, r.Note} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}
