// Package sealer is the image format of sealer, the tool that runs cluster
// images: what stands in the annotations and labels of such an image, and where
// files lie in its root file system.
//
// The format has no specification. It was read from the source of sealer at the
// head of its main branch (May 2024, v0.11) and measured on images which that
// sealer built; samples of those stand in testdata/sealer, and the tests hold
// this package against them.
//
// A cluster image is an ordinary OCI image. What makes it one is the annotation
// [AnnotationExtension] on its manifest, so it cannot be kept as a Docker schema
// 2 image, which has no annotations.
package sealer
