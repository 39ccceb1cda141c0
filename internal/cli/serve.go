package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/serve"
)

func (a *app) serve() *cobra.Command {
	var opts serve.ListenOptions
	cmd := &cobra.Command{
		Use:   "serve [NAME…]",
		Short: "Serve images of the store, and the container images in them, as a registry",
		Long: `Serve is a read-only registry over the store: cluster images under their names,
and the container images inside them under the names the cluster asks for.`,
		RunE: imageNames(a.onStore(func(ctx context.Context, c *opc.Client, args []string) error {
			for _, name := range args {
				if _, err := c.Inspect(ctx, name); err != nil {
					return err
				}
			}
			handler, err := c.Handler(args)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
			defer stop()
			server, err := serve.Listen(ctx, handler, opts)
			if err != nil {
				return err
			}
			a.progress.Log("Serving on " + server.URL())
			return server.Serve(ctx)
		})),
	}
	cmd.Flags().StringVar(&opts.Address, "address", "127.0.0.1:5000", "listen on `HOST:PORT`")
	cmd.Flags().StringVar(&opts.CertFile, "cert", "", "`FILE` of the certificate (PEM), for TLS")
	cmd.Flags().StringVar(&opts.KeyFile, "key", "", "`FILE` of the key (PEM), for TLS")
	return cmd
}
