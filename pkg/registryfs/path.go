package registryfs

import (
	"io/fs"
	"path"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Root is where the layout begins in a cluster image.
const Root = "registry/docker/registry/v2"

const (
	blobsDir        = Root + "/blobs/"
	repositoriesDir = Root + "/repositories/"
)

// Kind tells what a file of the layout is.
type Kind byte

// The kinds of files.
const (
	Blob     Kind = iota // content
	Layer                // link: the repository has this config or layer
	Revision             // link: the repository has this manifest or index
	Tag                  // link: what the tag is now
	TagIndex             // link: what the tag was at some time, now included
)

// Path is one file of the layout.
type Path struct {
	Kind       Kind
	Repository string        // empty for a Blob
	Tag        string        // of a Tag and TagIndex
	Digest     digest.Digest // empty for a Tag: it is the content of the link
}

// String is the path relative to the root of the cluster image.
func (p Path) String() string {
	algorithm, hex, _ := strings.Cut(p.Digest.String(), ":")
	switch p.Kind {
	case Blob:
		return blobsDir + path.Join(algorithm, hex[:min(2, len(hex))], hex, "data")
	case Layer:
		return repositoriesDir + path.Join(p.Repository, "_layers", algorithm, hex, "link")
	case Revision:
		return repositoriesDir + path.Join(p.Repository, "_manifests/revisions", algorithm, hex, "link")
	case Tag:
		return repositoriesDir + path.Join(p.Repository, "_manifests/tags", p.Tag, "current/link")
	default:
		return repositoriesDir + path.Join(p.Repository, "_manifests/tags", p.Tag, "index", algorithm, hex, "link")
	}
}

// ParsePath reads the name of a file, the reverse of String. It reports false
// for any file that is not part of the layout.
func ParsePath(name string) (Path, bool) {
	var p Path
	if rest, ok := strings.CutPrefix(name, blobsDir); ok {
		parts := strings.Split(rest, "/")
		if len(parts) != 4 {
			return Path{}, false
		}
		p = Path{Kind: Blob, Digest: join(parts[0], parts[2])}
	} else if rest, ok := strings.CutPrefix(name, repositoriesDir); ok {
		p = parseLink(rest)
	}
	if p.Kind != Tag && p.Digest.Validate() != nil || p.Kind != Blob && p.Repository == "" {
		return Path{}, false
	}
	// Whatever was taken apart loosely above is refused here.
	return p, fs.ValidPath(name) && p.String() == name
}

// parseLink takes apart a path below the repositories. The name of a repository
// may have any number of parts, none of which begins with an underscore.
func parseLink(rest string) Path {
	repository, rest, _ := strings.Cut(rest, "/_")
	parts := strings.Split(rest, "/")
	p := Path{Repository: repository}
	switch {
	case len(parts) == 4 && parts[0] == "layers":
		p.Kind, p.Digest = Layer, join(parts[1], parts[2])
	case len(parts) == 5 && parts[1] == "revisions":
		p.Kind, p.Digest = Revision, join(parts[2], parts[3])
	case len(parts) == 5 && parts[1] == "tags":
		p.Kind, p.Tag = Tag, parts[2]
	case len(parts) == 7 && parts[1] == "tags":
		p.Kind, p.Tag, p.Digest = TagIndex, parts[2], join(parts[4], parts[5])
	}
	return p
}

func join(algorithm, hex string) digest.Digest { return digest.Digest(algorithm + ":" + hex) }
