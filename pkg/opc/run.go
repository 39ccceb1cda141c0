package opc

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/rehearse"
	"github.com/opc-source/opc-image/pkg/runner"
)

// run executes a RUN instruction over the layers below it.
func (c *Client) run(ctx context.Context, run compose.Run, platform string, lower []ocispec.Descriptor) ([]layer.Entry, error) {
	root, err := runner.Open(runner.Options{Dir: filepath.Join(c.store.Dir(), "run"), Blobs: c.store})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", run.Position, err)
	}
	defer root.Close()
	for _, desc := range lower {
		if err := c.apply(ctx, root, desc); err != nil {
			return nil, fmt.Errorf("%s: unpack layer %s: %w", run.Position, desc.Digest, err)
		}
	}
	network := runner.HostNetwork
	if run.Network == "none" || c.opts.Remote.Offline {
		network = runner.NoNetwork
	}
	output := &logWriter{log: c.opts.Log}
	defer output.flush()
	return root.Run(ctx, runner.Command{
		Args: run.Command, Env: run.Env, Network: network, Platform: platform,
		Position: run.Position, Output: output, ModTime: c.opts.Created,
	})
}

func (c *Client) apply(ctx context.Context, root *runner.Rootfs, desc ocispec.Descriptor) error {
	blob, err := c.store.Open(desc.Digest)
	if err != nil {
		return err
	}
	defer blob.Close()
	return root.Apply(ctx, blob)
}

// logWriter hands on whole lines.
type logWriter struct {
	log  func(string)
	line []byte
}

var _ io.Writer = (*logWriter)(nil)

func (w *logWriter) Write(p []byte) (int, error) {
	for _, b := range p {
		if b == '\n' {
			w.flush()
		} else {
			w.line = append(w.line, b)
		}
	}
	return len(p), nil
}

func (w *logWriter) flush() {
	if len(w.line) > 0 {
		w.log(string(w.line))
		w.line = w.line[:0]
	}
}

// annotations of every manifest that is baked.
func (c *Client) annotations() map[string]string {
	if c.opts.Standins == nil {
		return nil
	}
	return map[string]string{rehearse.Annotation: "true"}
}

// Standin tells whether an image was made in a rehearsal, and so is not real.
func (img *Image) Standin() bool {
	for _, v := range img.Variants {
		if v.Manifest.Annotations[rehearse.Annotation] != "" {
			return true
		}
	}
	return false
}
