// Package objects holds the objects that a component brings of its own, in
// manifests and charts, to the rules of the air gap. It renders the charts with
// the component's values; what is downloaded it does not look at.
package objects
