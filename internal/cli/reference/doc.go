// Package reference writes the reference of the command line and the JSON
// schemas of the files that people edit or review: the configuration and the
// lock, and the document about the components of the catalog. Only the generator and its tests use it.
package reference
