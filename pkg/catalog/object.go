package catalog

// Object names something in the cluster that must be ready, and what ready
// means for it.
//
// A Deployment, DaemonSet or StatefulSet is ready when its rollout is complete,
// a Job when it is Complete, a CustomResourceDefinition when it is Established,
// and anything else when it exists. Condition, or Field and Value, ask for
// something else.
type Object struct {
	// Kind of the object as kubectl takes it, for example Deployment or
	// elasticsearch.elasticsearch.k8s.elastic.co.
	Kind string `yaml:"kind" jsonschema:"required"`
	// Name of the object.
	Name string `yaml:"name" jsonschema:"required"`
	// Namespace of the object. The default is the component's namespace.
	Namespace string `yaml:"namespace"`
	// Condition is the type of a status condition that must be true.
	Condition string `yaml:"condition"`
	// Field is a JSONPath into the object, for example "{.status.phase}", that
	// must have Value.
	Field string `yaml:"field"`
	// Value is what Field must be.
	Value string `yaml:"value"`
	// Platforms are those of the hosts that its pods can run on, when they are
	// fewer than the component's. The pods of a Deployment, DaemonSet or
	// StatefulSet are kept to such hosts; where there is none, nothing waits.
	Platforms []string `yaml:"platforms"`
}

// Secret is a Kubernetes secret with generated passwords. Launching creates it
// when it is missing, never changes it, and says where it is.
type Secret struct {
	// Name of the secret.
	Name string `yaml:"name" jsonschema:"required"`
	// Namespace of the secret. The default is the component's namespace.
	Namespace string `yaml:"namespace"`
	// Values are keys whose value is not secret, for example a user name.
	Values map[string]string `yaml:"values"`
	// Generate are the keys that get a random password of 32 hexadecimal
	// digits each.
	Generate []string `yaml:"generate" jsonschema:"required"`
	// For says in a few words what the secret opens.
	For string `yaml:"for" jsonschema:"required"`
}
