// Package archive carries images between a store and a file: the medium for a
// site without a network.
//
// The file is an OCI image layout in a tar, as the OCI image specification
// defines it and skopeo calls it "oci-archive". It has one image. Its index.json
// points to the image's manifest, or to its index when the image is for several
// platforms, and names it in the annotation org.opencontainers.image.ref.name.
// That is what skopeo, oras, containerd and "sealer load" all take; of an image
// for several platforms, sealer takes the platform of the machine it runs on.
//
// The tar is not compressed, because sealer cannot read one that is, and because
// layers are compressed already where that pays. Nothing is copied on the way:
// Save produces layers while it writes, and Load writes blobs into the store
// while it reads.
package archive
