// Package reference writes the reference of the command line, the JSON schemas of
// the files that people edit or review (components, the configuration, the lock),
// and the document about the components of the catalog. Only the generator and
// its tests use it.
package reference
