package runner

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// mount makes the program's view of the files and enters it. All mounts are in
// this process's own namespace and vanish with it.
func (s *setup) mount() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return step("make mounts private", err)
	}
	if err := s.mountRoot(); err != nil {
		return err
	}
	old, err := pivot(filepath.Join(runName, mergedName))
	if err != nil {
		return step("change the root directory", err)
	}
	if err := s.mountSystem(); err != nil {
		return err
	}
	if err := leave(old); err != nil {
		return step("let go of the host's files", err)
	}
	return s.mountNames()
}

// mountRoot mounts the image at merged.
func (s *setup) mountRoot() error {
	merged := filepath.Join(runName, mergedName)
	if !s.Overlay {
		return step("mount the copied tree", unix.Mount(merged, merged, "", unix.MS_BIND, ""))
	}
	options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s,metacopy=off,redirect_dir=nofollow,index=off",
		rootName, filepath.Join(runName, upperName), filepath.Join(runName, workName))
	if s.Users {
		options += ",userxattr" // trusted.* is not for us
	}
	if err := unix.Mount("overlay", merged, "overlay", unix.MS_NODEV, options); err != nil {
		return &failure{Cause: causeOverlay, Text: "mount an overlay: " + err.Error()}
	}
	return nil
}

// pivot makes dir the root directory. The working directory stays outside: it
// is the old root, from which the host's devices are still within reach.
func pivot(dir string) (old int, err error) {
	old, err = unix.Open("/", unix.O_DIRECTORY|unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if err := unix.Chdir(dir); err != nil {
		return -1, err
	}
	// With both arguments equal the old root ends up on top of the new one,
	// and no directory in the image is needed to hold it.
	if err := unix.PivotRoot(".", "."); err != nil {
		return -1, err
	}
	return old, unix.Fchdir(old)
}

// leave unmounts the old root directory.
func leave(old int) error {
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return err
	}
	return errors.Join(unix.Close(old), unix.Chdir("/"))
}

// mountPoint makes sure that a real directory is there to mount on.
func mountPoint(dir string) error {
	err := os.Mkdir(dir, 0o755)
	if err == nil || !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s of the image is not a directory", dir)
	}
	return err
}
