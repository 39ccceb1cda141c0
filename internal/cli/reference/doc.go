// Package reference writes the reference of the command line and the JSON
// schemas of the files that people edit or review: the configuration and the
// lock. Only the generator and its tests use it.
package reference
