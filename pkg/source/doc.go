// Package source brings content from upstream into a store: container images,
// charts and files.
//
// It works in two steps. [Source.Resolve] turns image names into digests and
// costs one small request an image when nothing changed. [Source.Fetch] then
// gets the blobs of all images together: each blob once however many images
// share it, the largest first, from any repository that has it, going on where
// an earlier run was cut off. [Source.Start] does the same while its caller goes
// on, and takes the caller's order. Failures are collected; what could be fetched is,
// and stays.
package source
