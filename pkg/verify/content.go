package verify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"

	"github.com/containerd/platforms"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/registryfs"
)

// name checks one image name: it resolves, by tag and by digest, to what was
// pinned, and all of its content for the platform is there.
func (v *verifier) name(name string, pin *lock.Image) {
	ref, err := reference.Parse(name)
	if err != nil {
		v.problem(name, "", "is not an image name: %v", err)
		return
	}
	repository := ref.Local()
	root, ok := v.image.Registry.Resolve(repository, ref.Identifier())
	if !ok {
		v.problem(name, "", "the image's registry has no %s in repository %s", ref.Identifier(), repository)
		return
	}
	if pin != nil && root != pin.Digest {
		v.problem(name, root, "resolves to %s, the record says %s", root, pin.Digest)
		return
	}
	if _, ok := v.image.Registry.Resolve(repository, root.String()); !ok {
		v.problem(name, root, "is found by tag and not by digest %s", root)
	}
	v.document(name, repository, root)
}

// document checks an index or a manifest and what it refers to.
func (v *verifier) document(name, repository string, dgst digest.Digest) {
	var doc struct {
		Manifests []ocispec.Descriptor `json:"manifests"`
		ocispec.Manifest
	}
	if !v.read(name, dgst, &doc) {
		return
	}
	if len(doc.Manifests) > 0 {
		v.index(name, repository, doc.Manifests)
		return
	}
	var config ocispec.Image
	if v.layer(name, repository, doc.Config) && v.read(name, doc.Config.Digest, &config) {
		if got := platforms.Format(platforms.Normalize(config.Platform)); config.OS != "" && got != v.report.Platform {
			v.problem(name, dgst, "is for %s", got)
		}
	}
	for _, l := range doc.Layers {
		v.layer(name, repository, l)
	}
}

// index checks the manifest of this platform; those of others may be absent.
func (v *verifier) index(name, repository string, manifests []ocispec.Descriptor) {
	want, err := platforms.Parse(v.report.Platform)
	if err != nil {
		v.problem(name, "", "platform %s: %v", v.report.Platform, err)
		return
	}
	match := platforms.Only(want)
	slices.SortStableFunc(manifests, func(a, b ocispec.Descriptor) int {
		switch {
		case a.Platform == nil || b.Platform == nil:
			return 0
		case match.Less(*a.Platform, *b.Platform):
			return -1
		case match.Less(*b.Platform, *a.Platform):
			return 1
		}
		return 0
	})
	for _, m := range manifests {
		if m.Platform == nil || !match.Match(*m.Platform) {
			continue
		}
		if _, ok := v.image.Registry.Resolve(repository, m.Digest.String()); ok {
			v.document(name, repository, m.Digest)
			return
		}
		v.problem(name, m.Digest, "its manifest %s for %s is not in repository %s", m.Digest, v.report.Platform, repository)
		return
	}
	v.problem(name, "", "its index lists no manifest for %s", v.report.Platform)
}

// layer checks that a config or layer can be pulled from the repository.
func (v *verifier) layer(name, repository string, desc ocispec.Descriptor) bool {
	at, ok := v.image.Registry.Blob(desc.Digest)
	switch {
	case !ok:
		v.problem(name, desc.Digest, "blob %s (%d bytes) is missing", desc.Digest, desc.Size)
	case at.Size != desc.Size:
		v.problem(name, desc.Digest, "blob %s has %d bytes, the manifest says %d", desc.Digest, at.Size, desc.Size)
	case !v.image.Registry.HasLayer(repository, desc.Digest):
		v.problem(name, desc.Digest, "blob %s is not linked in repository %s", desc.Digest, repository)
	default:
		return true
	}
	return false
}

// read reads a JSON document of the registry and checks its digest.
func (v *verifier) read(name string, dgst digest.Digest, doc any) bool {
	at, ok := v.image.Registry.Blob(dgst)
	if !ok {
		v.problem(name, dgst, "blob %s is missing", dgst)
		return false
	}
	if at.Size > maxDocument {
		v.problem(name, dgst, "blob %s has %d bytes, more than the limit of %d for a document", dgst, at.Size, maxDocument)
		return false
	}
	layer, err := v.image.OpenLayer(at.Layer)
	if err != nil {
		v.problem(name, dgst, "blob %s: %v", dgst, err)
		return false
	}
	defer layer.Close()
	data, err := io.ReadAll(io.NewSectionReader(layer, at.Offset, at.Size))
	if err == nil && digest.FromBytes(data) != dgst {
		err = fmt.Errorf("its content has another digest")
	}
	if err == nil {
		err = json.Unmarshal(data, doc)
	}
	if err != nil {
		v.problem(name, dgst, "blob %s: %v", dgst, err)
	}
	return err == nil
}

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
