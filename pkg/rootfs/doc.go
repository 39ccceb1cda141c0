// Package rootfs gives the root file system of a cluster image a body: it joins
// the files of a plan with their content in the store, and reads the files of a
// finished image, both as an fs.FS. What looks into a root file system, to find
// images or to verify, sees no difference between the two.
package rootfs
