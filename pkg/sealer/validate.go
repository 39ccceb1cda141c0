package sealer

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// appName is what may stand unquoted in a shell command and in a path, because
// that is what sealer does with the name of an application.
var appName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// launchFile is what may stand unquoted in a shell command, for the same reason.
var launchFile = regexp.MustCompile(`^[A-Za-z0-9._/@%+=:,-]+$`)

// validate reports, all at once, what sealer would refuse or misread.
func (s Spec) validate() error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	if t := s.imageType(); t != KubeInstaller && t != AppInstaller {
		add("image type %q: sealer knows %q and %q", t, KubeInstaller, AppInstaller)
	}
	if s.Platform.OS == "" || s.Platform.Architecture == "" {
		add("platform %q/%q: both operating system and architecture are needed", s.Platform.OS, s.Platform.Architecture)
	}
	if s.Client == "" {
		add("the name of the building program is missing")
	}
	names := s.validateApps(add)
	if len(s.Launch.Cmds) > 0 && len(s.Launch.AppNames) > 0 {
		add("both launch commands and launched applications: sealer would run the commands only")
	}
	for _, name := range s.Launch.AppNames {
		if !names[name] {
			add("launched application %q is not in the image", name)
		}
	}
	for _, plugin := range append(append([]string{}, s.CNI...), s.CSI...) {
		if !names[plugin] {
			add("network or storage plugin %q is not an application of the image", plugin)
		}
	}
	for _, pair := range s.Env {
		if name, _, ok := strings.Cut(pair, "="); !ok || name == "" {
			add("environment %q: want NAME=value", pair)
		}
	}
	return errors.Join(errs...)
}

// validateApps checks each application and returns their names.
func (s Spec) validateApps(add func(string, ...any)) map[string]bool {
	names := map[string]bool{}
	for _, app := range s.Applications {
		if !appName.MatchString(app.Name) {
			add("application %q: a name has letters, digits, dots, underscores and dashes, and begins with a letter or digit", app.Name)
		}
		if names[app.Name] {
			add("application %q is declared twice", app.Name)
		}
		names[app.Name] = true
		for _, file := range app.Files {
			if !launchFile.MatchString(file) {
				add("application %q: file %q: sealer does not quote it for the shell; rename it or give commands (APPCMDS)", app.Name, file)
			}
		}
		if app.Command() == "" {
			add("application %q has neither a type with files nor commands; add commands (APPCMDS)", app.Name)
		}
	}
	return names
}
