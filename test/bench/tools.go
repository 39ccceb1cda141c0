package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// tool is a program that people move images with.
type tool struct {
	name string
	// pull and push are the commands to bring images from a registry, given
	// as host:port, into a directory, and back below host:port/prefix.
	pull, push func(registry, dir string, images []corpusImage) []command
}

var tools = []tool{
	{"crane", cranePull, nil},
	{"skopeo", each(func(r, dir string, i corpusImage) []string {
		return []string{"skopeo", "--insecure-policy", "copy", "--all", "--quiet", "--src-tls-verify=false", "docker://" + r + "/" + i.name(), "oci:" + dir + ":" + i.flat()}
	}), each(func(r, dir string, i corpusImage) []string {
		return []string{"skopeo", "--insecure-policy", "copy", "--all", "--quiet", "--dest-tls-verify=false", "oci:" + dir + ":" + i.flat(), "docker://" + r + "/" + i.name()}
	})},
	{"oras", each(func(r, dir string, i corpusImage) []string {
		return []string{"oras", "cp", "--from-plain-http", "--to-oci-layout", r + "/" + i.name(), dir + ":" + i.flat()}
	}), each(func(r, dir string, i corpusImage) []string {
		return []string{"oras", "cp", "--to-plain-http", "--from-oci-layout", dir + ":" + i.flat(), r + "/" + i.name()}
	})},
	{"regctl", each(func(r, dir string, i corpusImage) []string {
		return []string{"regctl", "image", "copy", "--host", plain(r), r + "/" + i.name(), "ocidir://" + dir + ":" + i.flat()}
	}), each(func(r, dir string, i corpusImage) []string {
		return []string{"regctl", "image", "copy", "--host", plain(r), "ocidir://" + dir + ":" + i.flat(), r + "/" + i.name()}
	})},
}

// cranePull makes one command: crane takes many images at a time.
func cranePull(registry, dir string, images []corpusImage) []command {
	args := []string{"crane", "pull", "--format", "oci", "--insecure"}
	for _, i := range images {
		args = append(args, registry+"/"+i.name())
	}
	return []command{{args: append(args, dir)}}
}

// plain is how regctl is told not to use TLS.
func plain(registry string) string {
	host, _, _ := strings.Cut(registry, "/")
	return "reg=" + host + ",tls=disabled"
}

// each makes a command for every image.
func each(args func(registry, dir string, i corpusImage) []string) func(string, string, []corpusImage) []command {
	return func(registry, dir string, images []corpusImage) []command {
		var list []command
		for _, i := range images {
			// Settings of whoever runs the bench change nothing.
			env := []string{"REGCTL_CONFIG=" + filepath.Join(dir, "..", "regctl.json")}
			list = append(list, command{args: args(registry, dir, i), env: env})
		}
		return list
	}
}

func toolNames() []string {
	var names []string
	for _, t := range tools {
		names = append(names, t.name)
	}
	return names
}

// findTools are the named tools that are in PATH.
func findTools(names []string) []tool {
	var found []tool
	for _, t := range tools {
		if _, err := exec.LookPath(t.name); err == nil && slices.Contains(names, t.name) {
			found = append(found, t)
		}
	}
	return found
}
