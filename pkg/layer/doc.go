// Package layer turns a list of files into the bytes of an image layer without
// storing those bytes.
//
// A [Recipe] is made from entries by [New]. It lists the segments of a tar
// stream: literal bytes (headers, small files, padding) and references to blobs
// that a store holds already. Its [Reader] produces the tar when somebody reads
// it, from any offset. The same entries give the same bytes on every machine.
//
// [Pack] distributes the entries of several owners over layers, so that a
// change of one owner changes no layer of another. [List] reads the table of
// contents of a tar without reading the files in it.
//
// The layers are POSIX tar (IEEE Std 1003.1, ustar and pax interchange), as the
// OCI image specification asks for in application/vnd.oci.image.layer.v1.tar.
package layer
