// Package store keeps content by digest, in a directory that is an OCI image
// layout with a few additions:
//
//	oci-layout, index.json   as in the OCI image layout specification
//	blobs/<algorithm>/<hex>  content
//	recipes/<hex>            recipes of layers (see package layer), by their digest
//	recipes/<hex>.layer      which layer the recipe makes
//	layers/<hex>             which recipe makes the layer of this digest
//	ingest/                  content on its way in
//	locks/                   locks, and markers of writes not yet on the disk
//	corrupt/                 what Fsck moved away
//
// A layer made from a recipe is read like any other blob, although no file
// holds its bytes.
//
// Any number of goroutines and processes may use one store at a time. A blob
// appears under its name only when it is complete and its digest is right.
package store
