// Package catalog holds the components a cluster image is composed of.
//
// A component is one folder: a component.yaml and, beside it, the values,
// charts, manifests and files that are our own. component.yaml says what is
// installed, in which namespace, what must be there before, when it is ready,
// and the complete list of container images it needs. It is read strictly: an
// unknown key, a duplicate or a wrong type is an error with file, line and
// column, and all errors of all components are reported together.
//
// Load reads one or several folders of components; a later folder replaces a
// component of the same name. Order puts components behind what they require.
// Lint holds components to the rules of the air gap. LaunchScript writes the
// script that installs a component, and can be run again.
package catalog
