package sealer

import (
	"path"
	"slices"
	"strings"
)

// Detect finds the type of an application and the files to launch, by the rule
// of sealer. Sources are the files that each APP, CNI or CSI source puts into the
// directory of the application, as slash paths within it, in order:
//
//   - a source with Chart.yaml, values.yaml and templates is a chart (helm);
//   - if all files of all sources end in .sh, it is shell, and the files of the
//     first source are run;
//   - if all end in .yaml or .yml, it is kube, and all files are applied;
//   - otherwise it has no type and needs commands.
//
// Sealer writes paths with a leading slash, which it ignores when it reads them;
// here they have none.
func Detect(name string, sources ...[]string) Application {
	if slices.ContainsFunc(sources, listsChart) {
		return chartApp(name)
	}
	app := Application{Name: name, Version: applicationVersion, Type: typeOf(sources)}
	switch app.Type {
	case ShellApp:
		for _, files := range sources {
			if len(files) > 0 {
				app.Files = files
				break
			}
		}
	case KubeApp:
		app.Files = slices.Concat(sources...)
	}
	return app
}

func chartApp(name string) Application {
	return Application{Name: name, Version: applicationVersion, Type: HelmApp, Files: []string{name}}
}

// listsChart tells whether a list of files is that of a chart.
func listsChart(files []string) bool {
	return slices.Contains(files, "Chart.yaml") && slices.Contains(files, "values.yaml") &&
		slices.ContainsFunc(files, func(name string) bool { return strings.HasPrefix(name, "templates/") })
}

// typeOf is the type that all files agree on, or none.
func typeOf(perSource [][]string) AppType {
	var found AppType
	for _, files := range perSource {
		for _, file := range files {
			kind := typeOfFile(file)
			if kind == "" || found != "" && kind != found {
				return ""
			}
			found = kind
		}
	}
	return found
}

func typeOfFile(name string) AppType {
	switch strings.ToLower(path.Ext(name)) {
	case ".sh":
		return ShellApp
	case ".yaml", ".yml":
		return KubeApp
	}
	return ""
}
