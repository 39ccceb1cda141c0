package sealer

import (
	"path"
	"strings"
)

// AppType tells how sealer launches an application that has no commands.
type AppType string

// The application types of sealer. An application of no type needs commands.
const (
	KubeApp  AppType = "kube"  // kubectl apply -f each file
	HelmApp  AppType = "helm"  // helm install the application's directory
	ShellApp AppType = "shell" // bash each file
)

// applicationVersion is the only one there has been.
const applicationVersion = "v1"

// Application is what an APP, CNI or CSI instruction declares.
type Application struct {
	Name string  `json:"name"`
	Type AppType `json:"type,omitempty"`
	// Files are launched, in order; slash paths within the application's
	// directory. For a [HelmApp] it is the name of the application.
	Files []string `json:"files,omitempty"`
	// Version of this description; [Spec.Extension] fills it in.
	Version string `json:"version,omitempty"`
	// Env overrides the image's, for this application's templates only.
	Env map[string]string `json:"env,omitempty"`
	// Cmds, from APPCMDS, replace what the type would run.
	Cmds []string `json:"cmds,omitempty"`
}

// Command is the shell command by which sealer launches the application, with
// the cluster's root file system as working directory. Words are not quoted:
// sealer does not quote them either. Empty means that sealer runs nothing.
func (a Application) Command() string {
	root := AppDir(a.Name)
	if len(a.Cmds) > 0 {
		// sealer joins commands with a blank, not with &&: several elements
		// are one command line.
		return "cd " + root + "/ && " + strings.Join(a.Cmds, " ")
	}
	var verb string
	switch a.Type {
	case HelmApp:
		return "helm install " + a.Name + " " + root + "/"
	case KubeApp:
		verb = "kubectl apply -f "
	case ShellApp:
		verb = "bash "
	default:
		return ""
	}
	commands := make([]string, len(a.Files))
	for i, file := range a.Files {
		commands[i] = verb + path.Join(root, file)
	}
	return strings.Join(commands, " && ")
}

// LaunchCommands are the commands that sealer runs on the first master, in
// order: those of the image, or else those of the applications to launch.
func (e Extension) LaunchCommands() []string {
	if len(e.Launch.Cmds) > 0 {
		return e.Launch.Cmds
	}
	byName := make(map[string]Application, len(e.Applications))
	for _, app := range e.Applications {
		byName[app.Name] = app
	}
	var commands []string
	for _, name := range e.Launch.AppNames {
		if command := byName[name].Command(); command != "" {
			commands = append(commands, command)
		}
	}
	return commands
}
