// Package remote is the one HTTP client for container registries and download
// sites. It knows which mirrors stand in for a place, how to trust a host and
// how to log in, how many requests a host bears, what is worth trying again,
// and it never waits for ever: a request on which nothing moves is given up.
//
// It speaks HTTP, not images: what a manifest is and which blobs to ask for is
// the business of its callers. Every failure is an [*Error] that names what was
// wanted, where it was asked for and what to do next.
package remote
