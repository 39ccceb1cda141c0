// Package rehearse is an upstream inside the process: a registry, chart
// repositories and download sites on a loopback port, which serve stand-ins for
// whatever a catalog names.
//
// A build against it runs the same code as a real one, with no network. What it
// serves follows from names alone: the same name gives the same bytes in every
// process and on every machine, several layers an image, both architectures,
// base layers that images of one family share, and sizes scaled down from the
// published ones. Layers are made while they are read, so nothing is stored,
// and any byte range of them can be asked for.
//
// Nothing here can be mistaken for the real thing: the annotation and label
// [Annotation] marks every index, manifest, config and chart, and each layer
// and archive holds the file [NoteFile] which says so in words.
//
// Three kinds of requests meet in one port, with the host name moved into the
// path:
//
//	docker.io/library/nginx   http://127.0.0.1:PORT/v2/docker.io/library/nginx/…
//	oci://ghcr.io/org/chart   http://127.0.0.1:PORT/v2/ghcr.io/org/chart/…
//	https://host/path         http://127.0.0.1:PORT/dl/host/path
//
// [Upstream.Mirrors] is the mirror table that says so, and [Upstream.Proxy] keeps
// every other request off the network.
//
// A checksum or digest that a catalog pins belongs to the real thing, which a
// stand-in cannot match. [Upstream.Sum] and [Upstream.Pin] tell what a rehearsal
// has to expect instead; nothing else should ever be relaxed.
//
// [Target] is the other end: a registry on disk to push to.
package rehearse

// Annotation marks every index, manifest, config and chart of a rehearsal; its
// value is "true".
const Annotation = "org.opc-image.standin"

// NoteFile stands in each layer and archive and says that it is a stand-in.
const NoteFile = "STAND-IN.txt"

// note is the content of [NoteFile].
func note(what string) []byte {
	return []byte("This is a stand-in for " + what + ", made by a rehearsal of opc-image.\n" +
		"It has its name and shape, and none of its content. Do not run it.\n")
}
