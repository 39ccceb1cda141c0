package assemble

import (
	"maps"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// configure applies what the build says to the config of the base.
func (a assembly) configure(config *ocispec.Image) {
	config.Created = &a.created
	c := &config.Config
	for _, name := range slices.Sorted(maps.Keys(a.Env)) {
		c.Env = slices.DeleteFunc(c.Env, func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
		c.Env = append(c.Env, name+"="+a.Env[name])
	}
	if len(a.Entrypoint) > 0 {
		c.Entrypoint, c.Cmd = a.Entrypoint, nil
	}
	if len(a.Cmd) > 0 {
		c.Cmd = a.Cmd
	}
	c.User = a.User
	if a.WorkDir != "" {
		c.WorkingDir = a.WorkDir
	}
	for _, port := range a.Ports {
		if c.ExposedPorts == nil {
			c.ExposedPorts = map[string]struct{}{}
		}
		c.ExposedPorts[port] = struct{}{}
	}
	for key, value := range a.Labels {
		if c.Labels == nil {
			c.Labels = map[string]string{}
		}
		c.Labels[key] = value
	}
}

// ociMediaType is the OCI name of a layer type that docker named first. The
// formats are the same.
func ociMediaType(docker string) string {
	switch docker {
	case "application/vnd.docker.image.rootfs.diff.tar.gzip":
		return ocispec.MediaTypeImageLayerGzip
	case "application/vnd.docker.image.rootfs.diff.tar":
		return ocispec.MediaTypeImageLayer
	}
	return docker
}
