package sealer

import "path"

// Places in the root file system of a cluster image: slash paths relative to
// its root.
const (
	// AppsDir has one directory an application.
	AppsDir = "application/apps"
	// RegistryDir is the storage of the cluster's own registry. sealer copies it
	// to the registry hosts only, and everything else to all hosts.
	RegistryDir = "registry"
	// ScriptsDir has the scripts that sealer runs on hosts.
	ScriptsDir = "scripts"
	// PluginsDir has hooks: objects of kind Plugin, one file each.
	PluginsDir = "plugins"
	// ManifestsDir and ChartsDir hold what belongs to no application. Templates
	// in them and in EtcDir are rendered with the cluster's environment.
	ManifestsDir = "manifests"
	ChartsDir    = "charts"
	EtcDir       = "etc"
	// BinDir, CRIDir and ImagesDir are conventions between an image and its own
	// scripts.
	BinDir    = "bin"
	CRIDir    = "cri"
	ImagesDir = "images"
)

// Files that sealer itself asks for when it runs a [KubeInstaller] image.
const (
	InitRegistryScript = "scripts/init-registry.sh"
	InitKubeScript     = "scripts/init-kube.sh"
	AuditPolicyFile    = "statics/audit-policy.yml"
	// KubeadmFile stands there as it is, or as a template with ".tmpl" appended.
	KubeadmFile = "etc/kubeadm.yml"
)

// LVSCareImage is the image of the static pod by which a worker reaches the
// masters. sealer asks the cluster's registry for exactly this name.
const LVSCareImage = "sealerio/lvscare:v1.1.3-beta.8"

// AppDir is the directory of an application.
func AppDir(name string) string { return path.Join(AppsDir, name) }

// RuntimeScript is the script that installs the container runtime, such as
// "containerd", on a host.
func RuntimeScript(runtime string) string { return path.Join(ScriptsDir, runtime+".sh") }

// UninstallScript is the script that removes the container runtime again.
func UninstallScript(runtime string) string {
	return path.Join(ScriptsDir, "uninstall-"+runtime+".sh")
}
