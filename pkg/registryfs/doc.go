// Package registryfs is the file system layout in which distribution, the
// registry that runs on a cluster, keeps its content (version 2 of that layout):
//
//	blobs/<algorithm>/<2 hex>/<hex>/data
//	repositories/<name>/_layers/<algorithm>/<hex>/link
//	repositories/<name>/_manifests/revisions/<algorithm>/<hex>/link
//	repositories/<name>/_manifests/tags/<tag>/current/link
//	repositories/<name>/_manifests/tags/<tag>/index/<algorithm>/<hex>/link
//
// all under registry/docker/registry/v2 of a cluster image. A link holds a
// digest and nothing else.
//
// [Groups] writes the layout as entries of image layers, which refer to blobs of
// a store and copy none. [Tree] reads it back from the members of a layer.
package registryfs
