// Package runner executes the RUN instructions of a Kubefile over the layers
// below them and tells what they changed, as the entries of a new layer.
//
// A [Rootfs] is a directory tree into which layers are unpacked, in order, with
// Apply. Its Run starts a program in namespaces of its own (mounts, processes,
// host name, IPC; the network too when it is switched off; users when the caller
// is not root) with an overlay of the tree as its root directory, and returns
// what is different afterwards. The tree itself stays as it was: the caller makes
// a layer of the entries and applies that, as it does with any other layer.
//
// What a RUN changed is the same whether the kernel grants an overlay or the tree
// had to be copied: deleted names are explicit whiteouts, files that are equal to
// those below are left out, times are the one given, and the order is that of the
// names.
//
// # The hook
//
// The first process in the new namespaces is this same program. It must call
// [Init] before anything else:
//
//	func main() {
//		if code, ok := runner.Init(); ok {
//			os.Exit(code)
//		}
//		…
//	}
//
// In a test, TestMain does so. Run refuses to start in a program that has not.
//
// # What it protects from
//
// A RUN cannot see or change the host's files and processes, gains no
// privileges beyond the usual ones of a container, and ends with its last
// process when the caller is cancelled, times out or is killed. It is not meant
// to hold a hostile program: the kernel is shared, and so is the network unless
// it is switched off.
package runner
