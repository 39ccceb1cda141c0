// Package push brings an image from a store to a registry, and a cluster image
// from a registry into a store.
//
// A registry is asked first what it has. What it lacks is mounted from another
// of its repositories where one is known, else uploaded; an upload that breaks
// goes on where the registry says it stopped. Manifests follow when all they
// refer to is there, and the tag is the last thing written, so that a name never
// points to a part of an image.
package push
