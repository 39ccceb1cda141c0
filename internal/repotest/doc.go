// Package repotest tests the repository itself: what packages may import, how
// large files grow, that generated files are up to date and links lead
// somewhere. It has no code but tests.
package repotest
