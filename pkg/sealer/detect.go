package sealer

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Source is one file or directory that an APP, CNI or CSI instruction copies
// into the directory of an application. A directory gives its content, not
// itself, as COPY has it.
type Source struct {
	FS   fs.FS
	Path string // as fs.FS wants it: "." is the root
}

// Detect finds the type of an application and the files to launch, by the rule
// of sealer:
//
//   - a directory with Chart.yaml, values.yaml and templates is a chart (helm);
//   - if all files of all sources end in .sh, it is shell, and the files of the
//     first source are run;
//   - if all end in .yaml or .yml, it is kube, and all files are applied;
//   - otherwise it has no type and needs commands.
//
// Files of a directory are in the order of their paths. Sealer writes them with
// a leading slash, which it ignores when it reads them; here they have none.
func Detect(name string, sources ...Source) (Application, error) {
	var perSource [][]string
	for _, source := range sources {
		chart, files, err := source.list()
		if err != nil {
			return Application{}, fmt.Errorf("application %s: %w", name, err)
		}
		if chart {
			return chartApp(name), nil
		}
		perSource = append(perSource, files)
	}
	return DetectFiles(name, perSource...), nil
}

// DetectFiles is [Detect] for files that are known by name only: those of each
// source, in order, as slash paths within the application's directory.
func DetectFiles(name string, sources ...[]string) Application {
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

// list returns the files of a source, relative to where they are copied, and
// whether it is a chart.
func (s Source) list() (chart bool, files []string, err error) {
	info, err := fs.Stat(s.FS, s.Path)
	if err != nil {
		return false, nil, err
	}
	if !info.IsDir() {
		return false, []string{path.Base(s.Path)}, nil
	}
	if s.isChart() {
		return true, nil, nil
	}
	err = fs.WalkDir(s.FS, s.Path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files = append(files, strings.TrimPrefix(strings.TrimPrefix(name, s.Path), "/"))
		return nil
	})
	return false, files, err
}

func (s Source) isChart() bool {
	for _, name := range []string{"Chart.yaml", "values.yaml", "templates"} {
		if _, err := fs.Stat(s.FS, path.Join(s.Path, name)); err != nil {
			return false
		}
	}
	return true
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
