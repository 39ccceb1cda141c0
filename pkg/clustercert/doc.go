// Package clustercert makes the certificates of a Kubernetes master, as
// "kubeadm init phase certs all" would, but with the lifetime and the names
// that sealer gives them on the first master. sealer runs it on each further
// master ("seautil cert gen") and when names are added ("seautil cert update").
//
// What fits is kept: authorities always, other certificates when they are
// signed by the authority there, have the names they should have and do not end
// soon. So it can be repeated on a master that is in use.
package clustercert
