package sealer

// Annotations of the manifest that sealer reads.
const (
	// AnnotationExtension holds an [Extension] as JSON. sealer refuses an image
	// that does not have it.
	AnnotationExtension = "sealer.image.extension"
	// AnnotationImages holds a list of [ContainerImage] as JSON. It is absent
	// when the image carries none.
	AnnotationImages = "sealer.image.container.images"
)

// SchemaVersion is the only version of an [Extension] there has been.
const SchemaVersion = "v1alpha1"

// ImageType tells what an image installs.
type ImageType string

// The image types of sealer.
const (
	KubeInstaller ImageType = "kube-installer" // a cluster, with or without applications
	AppInstaller  ImageType = "app-installer"  // applications on a cluster that is there
)

// Extension is what sealer knows about an image beyond OCI. Its JSON has the
// keys of sealer, in sealer's order.
type Extension struct {
	BuildClient   BuildClient   `json:"buildClient"`
	SchemaVersion string        `json:"schemaVersion"`
	Type          ImageType     `json:"type,omitempty"`
	Applications  []Application `json:"applications,omitempty"`
	// Labels are those of the config, folded by [FoldLabels]. They are filled
	// in when an image is inspected, and never written to the annotation.
	Labels map[string]string `json:"labels,omitempty"`
	// Env renders the templates of the image and is what ENV lines gave.
	Env map[string]string `json:"env,omitempty"`
	// Launch is written even when it is empty, as sealer does.
	Launch Launch `json:"launch"`
}

// BuildClient names the program that built an image. sealer shows it and
// compares it with nothing.
type BuildClient struct {
	SealerVersion  string `json:"sealerVersion"`
	BuildahVersion string `json:"buildahVersion"`
}

// Launch tells what runs on the first master after the cluster is up: the
// commands if there are any, or else the applications in this order.
type Launch struct {
	Cmds     []string `json:"cmds,omitempty"`
	AppNames []string `json:"app_names,omitempty"`
}

// ContainerImage is one container image that a cluster image carries.
type ContainerImage struct {
	// Image is the reference as the cluster asks for it.
	Image string `json:"image"`
	// AppName is the application that needs it, or empty.
	AppName  string    `json:"appName,omitempty"`
	Platform *Platform `json:"platform"`
}

// Platform is a platform in sealer's spelling, which has no OS version.
type Platform struct {
	Architecture string `json:"architecture,omitempty"`
	OS           string `json:"os,omitempty"`
	Variant      string `json:"variant,omitempty"`
}
