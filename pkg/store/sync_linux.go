package store

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// bootID tells one boot of the machine from another.
func bootID() string {
	data, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "" // every marker counts as one of an earlier boot
	}
	return strings.TrimSpace(string(data))
}

// syncFilesystem waits until all that was written to the file system of dir is
// on the disk.
func syncFilesystem(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return os.NewSyscallError("syncfs", unix.Syncfs(int(f.Fd())))
}

// startWriteback tells the system to begin writing f to the disk, without
// waiting, so that little is left to wait for in Sync.
func startWriteback(f *os.File) {
	// It is a hint: whether it is taken makes no difference to the outcome.
	_ = unix.SyncFileRange(int(f.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE)
}

// clone makes dst share the data of src, where the file system can.
func clone(dst, src *os.File) error {
	return os.NewSyscallError("ioctl FICLONE", unix.IoctlFileClone(int(dst.Fd()), int(src.Fd())))
}
