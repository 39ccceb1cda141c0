package host

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const cgroupRoot = "/sys/fs/cgroup"

// CgroupV1 tells whether this machine has cgroup v1, and so all its hosts.
func CgroupV1() bool {
	_, err := os.Stat(cgroupRoot + "/cgroup.controllers")
	return err != nil
}

// makeCgroups makes a group of the given name in each hierarchy, below the
// group that this process is in: the kubelets of two hosts must not share one.
func makeCgroups(name string) ([]string, error) {
	table, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	var made []string
	for _, parent := range cgroupParents(table) {
		if _, err := os.Stat(parent); err != nil {
			continue
		}
		group := filepath.Join(parent, name)
		if err := os.MkdirAll(group, 0o755); err != nil {
			return made, err
		}
		// A new group of cpuset has no processors until it is told.
		for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
			value, err := os.ReadFile(filepath.Join(parent, file))
			if err != nil {
				continue
			}
			if err := os.WriteFile(filepath.Join(group, file), bytes.TrimSpace(value), 0o644); err != nil {
				return made, err
			}
		}
		made = append(made, group)
	}
	return made, nil
}

// cgroupParents lists the directories of the groups in /proc/self/cgroup, whose
// lines are NUMBER:CONTROLLERS:PATH.
func cgroupParents(table []byte) []string {
	var parents []string
	for line := range strings.Lines(string(table)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 {
			continue
		}
		var hierarchy string
		switch controllers := fields[1]; {
		case controllers != "":
			hierarchy = strings.TrimPrefix(controllers, "name=")
		case CgroupV1():
			hierarchy = "unified"
		}
		parents = append(parents, filepath.Join(cgroupRoot, hierarchy, fields[2]))
	}
	return parents
}

// removeCgroups removes groups whose processes have ended, the innermost first.
func removeCgroups(groups []string) error {
	var errs []error
	for _, group := range groups {
		var all []string
		filepath.WalkDir(group, func(name string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				all = append(all, name)
			}
			return nil
		})
		for _, dir := range slices.Backward(all) {
			if err := os.Remove(dir); err != nil && !os.IsNotExist(err) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}
