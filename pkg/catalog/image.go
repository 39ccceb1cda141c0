package catalog

// How an image of a component becomes known.
const (
	FoundRendered = "rendered" // in a pod of a rendered chart or a manifest
	FoundOperator = "operator" // in what an operator is given: arguments, environment, configuration, custom resources
)

// Image is one container image that the cluster will ask for.
type Image struct {
	// Name is the full reference with its registry, and a tag or a digest.
	Name string `yaml:"name" jsonschema:"required"`
	// Platforms it is published for. The default is the component's.
	Platforms []string `yaml:"platforms"`
	// Size is the approximate download size for one platform, compressed.
	Size Size `yaml:"size"`
	// Found says how discovery finds the image: "rendered" in a pod that a
	// chart or manifest contains, "operator" in the arguments, environment,
	// configuration or custom resources that an operator makes pods from.
	Found string `yaml:"found" jsonschema:"enum=rendered,enum=operator"`
	// Extra is the reason why an image that no object names is needed all the
	// same, instead of found.
	Extra string `yaml:"extra"`
	// PublishedAs names, for a platform, the reference under which upstream
	// publishes it when that is another than name.
	PublishedAs map[string]string `yaml:"publishedAs"`
}

// Exclusion is a name that discovery would take for a needed image.
type Exclusion struct {
	// Name is the reference as the objects write it.
	Name string `yaml:"name" jsonschema:"required"`
	// Reason says why the cluster never asks for it. It is required.
	Reason string `yaml:"reason"`
}

// Build is a container image that we assemble from a base image and files. No
// program runs while it is assembled.
type Build struct {
	// Name is the full reference of the result.
	Name string `yaml:"name" jsonschema:"required"`
	// From is the base image. It is needed while building only. Empty means that
	// the image has the files and nothing else.
	From string `yaml:"from"`
	// Way limits it to one way of building, release or source: in the other the
	// image is taken as upstream publishes it. Empty means both.
	Way Way `yaml:"way" jsonschema:"enum=release,enum=source"`
	// FromSize is the approximate download size of the base for one platform.
	FromSize Size `yaml:"fromSize"`
	// Platforms it is assembled for. The default is the component's.
	Platforms []string `yaml:"platforms"`
	// Files are added in a layer above the base; dest is the absolute path in
	// the container.
	Files []File `yaml:"files"`
	// Env is added to the environment of the base.
	Env map[string]string `yaml:"env"`
	// Entrypoint replaces that of the base.
	Entrypoint []string `yaml:"entrypoint"`
	// Cmd replaces that of the base.
	Cmd []string `yaml:"cmd"`
	// User is the numeric user, or user:group, that the program runs as; not
	// root, unless root says why.
	User string `yaml:"user" jsonschema:"required"`
	// Root is the reason why the program runs as user 0.
	Root string `yaml:"root"`
	// WorkDir is the directory in which the program starts.
	WorkDir string `yaml:"workDir"`
	// Ports are those it listens on, for example "8080/tcp".
	Ports []string `yaml:"ports"`
	// Labels are added to the labels of the base.
	Labels map[string]string `yaml:"labels"`
}
