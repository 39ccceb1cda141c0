// Package full launches components on a cluster whose container images are
// stand-ins, and looks whether the cluster takes them: all objects, in launch
// order, and each image from the registry of the cluster. Components of which
// the software is real, it has to become ready and do what it is for.
//
// Charts and manifests are the real ones. They are not part of this repository:
// [Inventory] takes them from a directory and says how to fetch what is not in
// it. Where stand-ins would stop a launch, programs in bin stand before helm and
// kubectl on the host; they say themselves what they change.
package full
