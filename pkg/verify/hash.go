package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/registryfs"
)

// content reads every blob of the registry and checks its digest, layer by
// layer in the order of the bytes.
func (v *verifier) content(ctx context.Context, opts Options) error {
	layers := map[digest.Digest][]located{}
	for _, dgst := range v.image.Registry.Blobs() {
		at, _ := v.image.Registry.Blob(dgst)
		v.report.Blobs++
		v.report.Bytes += at.Size
		layers[at.Layer] = append(layers[at.Layer], located{at, dgst})
	}
	if opts.Quick {
		return nil
	}
	meter := opts.Progress.Begin(progress.Verify, v.report.Blobs, v.report.Bytes)
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for layer, list := range layers {
		slices.SortFunc(list, func(a, b located) int { return cmp.Compare(a.Offset, b.Offset) })
		g.Go(func() error {
			bad, err := v.hash(ctx, layer, list, meter)
			mu.Lock()
			defer mu.Unlock()
			v.report.Problems = append(v.report.Problems, bad...)
			return err
		})
	}
	err := g.Wait()
	meter.End(err)
	return err
}

// located is a blob and where it is.
type located struct {
	registryfs.Content
	digest digest.Digest
}

// hash checks the blobs of one layer.
func (v *verifier) hash(ctx context.Context, layer digest.Digest, list []located, m *progress.Meter) ([]Problem, error) {
	r, err := v.image.OpenLayer(layer)
	if err != nil {
		return []Problem{{Digest: layer, What: fmt.Sprintf("layer %s: %v", layer, err)}}, nil
	}
	defer r.Close()
	var bad []Problem
	buf := make([]byte, 1<<18)
	for _, blob := range list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		check := blob.digest.Verifier()
		_, err := io.CopyBuffer(io.MultiWriter(check, m), io.NewSectionReader(r, blob.Offset, blob.Size), buf)
		if err == nil && !check.Verified() {
			err = errors.New("its content has another digest")
		}
		if err != nil {
			bad = append(bad, Problem{Digest: blob.digest, What: fmt.Sprintf("blob %s: %v", blob.digest, err)})
			continue
		}
		m.Item(blob.digest.String(), "done", "")
	}
	return bad, nil
}
