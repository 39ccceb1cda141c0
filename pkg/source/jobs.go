package source

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/remote"
)

// job is one blob to fetch.
type job struct {
	desc  ocispec.Descriptor
	froms []origin      // repositories that have it
	users []user        // images that need it
	got   chan struct{} // closed when the store has it
}

// origin is a repository.
type origin struct{ domain, path string }

// user is a manifest that refers to a blob.
type user struct {
	*owner
	kind string // "layer" or "config"
}

// owner is the image that a manifest is of. It holds no more than messages need:
// manifests need not be kept until their blobs are there.
type owner struct {
	ref      reference.Ref
	platform ocispec.Platform
}

// subject is how errors name a blob for one of its users.
func (u user) subject(desc ocispec.Descriptor) remote.Subject {
	s := remote.Subject{Op: fmt.Sprintf("fetch %s %s", u.kind, desc.Digest), Ref: u.ref.String()}
	if u.platform.OS != "" {
		s.Platform = platforms.Format(u.platform)
	}
	return s
}

// maxOrigins is how many repositories are remembered for a blob.
const maxOrigins = 4

// collect lists each blob of the images once, the largest first. A blob to
// which manifests give different sizes is an error for the later one.
func collect(images []*Image) ([]*job, []error) {
	jobs := map[string]*job{}
	var errs []error
	add := func(u user, d ocispec.Descriptor) {
		j := jobs[d.Digest.String()]
		if j == nil {
			j = &job{desc: d, got: make(chan struct{})}
			jobs[d.Digest.String()] = j
		}
		if j.desc.Size != d.Size {
			errs = append(errs, remote.Wrong(u.subject(d), u.ref.Domain,
				"the manifest says %d bytes, that of %s %d", d.Size, j.users[0].ref, j.desc.Size))
			return
		}
		if last := len(j.users) - 1; last >= 0 && j.users[last] == u {
			return // twice in one manifest
		}
		j.users = append(j.users, u)
		from := origin{u.ref.Domain, u.ref.Path}
		if len(j.froms) < maxOrigins && !slices.Contains(j.froms, from) {
			j.froms = append(j.froms, from)
		}
	}
	for _, img := range images {
		if img == nil {
			continue
		}
		for i := range img.Manifests {
			m := &img.Manifests[i]
			of := &owner{img.Ref, m.Platform}
			add(user{of, "config"}, m.Config)
			for _, l := range m.Layers {
				add(user{of, "layer"}, l)
			}
		}
	}
	list := make([]*job, 0, len(jobs))
	for _, j := range jobs {
		list = append(list, j)
	}
	slices.SortFunc(list, func(a, b *job) int {
		return cmp.Or(cmp.Compare(b.desc.Size, a.desc.Size), cmp.Compare(a.desc.Digest, b.desc.Digest))
	})
	return list, errs
}

// places lists where a blob can be had: the mirrors of each repository that
// has it, then the repositories themselves.
func (s *Source) places(j *job) []remote.Place {
	rows := make([][]remote.Place, len(j.froms))
	for i, f := range j.froms {
		rows[i] = s.client.Images(f.domain, f.path)
	}
	return remote.Chain(rows...)
}
