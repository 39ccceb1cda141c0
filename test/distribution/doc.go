// Package distribution proves the registry of a cluster image against the real
// one: the registry program of the distribution project serves what package
// registryfs lays out. It is a module of its own, so that the many modules of
// that program do not become ours. Run it with
//
//	cd test/distribution && go test -mod=mod ./...
package distribution
