// Package kubeadm turns the configuration that sealer writes for kubeadm into
// the one that today's kubeadm reads.
//
// sealer (up to its last state of 2024) writes kubeadm.k8s.io/v1beta3 whatever
// the image says, and fills in feature gates and a flag that the components of
// Kubernetes no longer know. kubeadm 1.37 reads v1beta4 only, and refuses the
// whole file over one field that it does not know. [Convert] is the step
// between the two: bytes to bytes, without files, clocks or programs.
//
// It is strict. A field of a kubeadm document that it does not know is an error
// that names the document and the field, because a field passed on unread
// would come back as a message about a file that nobody wrote.
package kubeadm
