package catalog

import "io/fs"

// Component is one system that a platform may contain: what it is, how it is
// installed, and every container image it needs.
type Component struct {
	// Name identifies the component and is the name of its folder: lower case
	// letters, digits and hyphens.
	Name string `yaml:"name" jsonschema:"required"`
	// Title is the name people use, for example "Istio".
	Title string `yaml:"title" jsonschema:"required"`
	// Group is the part of the platform it belongs to.
	Group string `yaml:"group" jsonschema:"required"`
	// Description says in a sentence or two what it does for the user.
	Description string `yaml:"description" jsonschema:"required"`
	// Homepage is the project's own site.
	Homepage string `yaml:"homepage"`
	// Version is upstream's version of the software, as upstream writes it.
	Version string `yaml:"version" jsonschema:"required"`
	// Licence is the licence of what is packed.
	Licence Licence `yaml:"licence"`
	// Kubernetes is the range of Kubernetes versions it runs on, for example
	// ">=1.32". Empty means any.
	Kubernetes string `yaml:"kubernetes"`
	// Platforms are those that upstream publishes, for example linux/amd64. An
	// image may name its own.
	Platforms []string `yaml:"platforms"`
	// Namespace is where it is installed, unless a chart or object names its own.
	Namespace string `yaml:"namespace"`
	// Requires names the components that must be launched before this one.
	Requires []string `yaml:"requires"`
	// Conflicts names the components that cannot run in the same cluster.
	Conflicts []string `yaml:"conflicts"`
	// Install is what is packed and how it is installed.
	Install Install `yaml:"install"`
	// Env is added to the environment of a cluster image with this component. An
	// ENV line of the Kubefile after it wins.
	Env map[string]string `yaml:"env"`
	// Modules are the Go modules that programs are compiled from, with --from
	// source.
	Modules []Module `yaml:"modules"`
	// Build are the container images that we assemble, because nobody publishes
	// them, or to have them from source.
	Build []Build `yaml:"build"`
	// Secrets are made at the first launch and kept by every later one.
	Secrets []Secret `yaml:"secrets"`
	// Launch replaces the generated commands that install the charts and
	// manifests; the secrets before and the waiting after stay. Each is a line
	// of POSIX shell, runs in the component's folder, and can be run again.
	Launch []string `yaml:"launch"`
	// Uninstall are the commands that undo those of Launch, in the same form.
	Uninstall []string `yaml:"uninstall"`
	// Ready are the objects that must be ready before the launch has succeeded.
	Ready []Object `yaml:"ready"`
	// ReadyTimeout limits the wait for all of Ready together. The default is 10m.
	ReadyTimeout Duration `yaml:"readyTimeout"`
	// Notes are said at the end of a successful launch, for example where to log
	// in.
	Notes []string `yaml:"notes"`
	// Images is the complete list of container images that the cluster will ask
	// for on behalf of this component.
	Images []Image `yaml:"images"`
	// Exclude are names that look like an image in the rendered objects but are
	// never asked for.
	Exclude []Exclusion `yaml:"exclude"`
	// Allow are objects of the component's own that break a rule, for a reason.
	Allow []Allowance `yaml:"allow"`
	// Unverified lists in words what could not be checked, for example that a
	// tag exists or that an image has an arm64 variant.
	Unverified []string `yaml:"unverified"`

	files fs.FS     // the component's folder
	file  string    // path of component.yaml, for messages
	where positions // place of each value in the file
}

// Licence says under which terms a component may be used and passed on.
type Licence struct {
	// SPDX is an SPDX licence expression, for example "Apache-2.0".
	SPDX string `yaml:"spdx" jsonschema:"required"`
	// Restricted is true when redistribution or use is restricted beyond what
	// an OSI approved permissive licence asks. Builds say so; under AGPL, BUSL,
	// Elastic, RSAL, SSPL or a LicenseRef they ask for --accept-licence too.
	Restricted bool `yaml:"restricted"`
	// Reason says what the restriction is. It is required with Restricted.
	Reason string `yaml:"reason"`
}

// Allowance lets an object break a rule.
type Allowance struct {
	// Rule is the rule's name, as catalog lint prints it.
	Rule string `yaml:"rule" jsonschema:"required"`
	// Object is kind and name, for example "DaemonSet chaosblade-tool".
	Object string `yaml:"object" jsonschema:"required"`
	// Reason says why it is right there.
	Reason string `yaml:"reason" jsonschema:"required"`
}

// Position is the place in component.yaml of the value at a path such as
// "install.charts[0]", or of the nearest value around it.
func (c *Component) Position(path string) Position { return c.where.at(path) }

// Files is the component's folder: component.yaml and what lies beside it.
func (c *Component) Files() fs.FS { return c.files }

// Groups are the values of Component.Group, in the order in which people read
// about a platform.
func Groups() []string {
	return []string{
		"foundation", "operations", "delivery", "cloud", "container",
		"observability", "availability", "application",
	}
}
