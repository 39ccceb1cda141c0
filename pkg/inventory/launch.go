package inventory

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/chart/manifest"
	"github.com/opc-source/opc-image/pkg/discover"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// operand is a file or directory that a launch command gives to kubectl or helm.
type operand struct {
	command string // as written
	name    string // slash path within the root file system, or a URL
}

// operands lists what commands install. A command runs in the root directory; a
// "cd" in it counts. This is no shell: words with $ or a wildcard are left out.
func operands(commands []string) []operand {
	var list []operand
	for _, command := range commands {
		dir := "."
		for _, simple := range splitCommands(command) {
			words := strings.Fields(simple)
			for i := range words {
				words[i] = strings.Trim(words[i], `"'`)
			}
			if len(words) > 1 && words[0] == "cd" {
				dir = path.Join(dir, words[1])
			}
			for _, name := range installed(words) {
				if !isURL(name) {
					name = path.Join(dir, name)
				}
				list = append(list, operand{strings.Join(words, " "), name})
			}
		}
	}
	return list
}

// splitCommands cuts a command line into simple commands.
func splitCommands(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("&|;()\n", r) })
}

// installed are the operands of one simple command.
func installed(words []string) []string {
	at := slices.IndexFunc(words, func(w string) bool { return path.Base(w) == "kubectl" || path.Base(w) == "helm" })
	if at < 0 {
		return nil
	}
	args := words[at+1:]
	has := func(verbs ...string) bool {
		return slices.ContainsFunc(args, func(a string) bool { return slices.Contains(verbs, a) })
	}
	var names []string
	switch {
	case path.Base(words[at]) == "kubectl" && has("apply", "create", "replace"):
		names = flagValues(args, "-f", "--filename", "-k", "--kustomize")
	case path.Base(words[at]) == "helm" && has("install", "upgrade"):
		for _, arg := range args {
			if strings.HasPrefix(arg, "./") || strings.HasSuffix(arg, ".tgz") {
				names = append(names, arg)
			}
		}
	}
	return slices.DeleteFunc(names, func(name string) bool {
		return name == "" || name == "-" || strings.ContainsAny(name, "$`*?{<>") || path.IsAbs(name)
	})
}

// flagValues are the values of flags, as "-f x", "-f=x", "-fx" and with commas.
func flagValues(args []string, flags ...string) []string {
	var values []string
	for i, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		switch {
		case slices.Contains(flags, arg) && i+1 < len(args):
			values = append(values, strings.Split(args[i+1], ",")...)
		case ok && slices.Contains(flags, name):
			values = append(values, strings.Split(value, ",")...)
		}
	}
	return values
}

func isURL(name string) bool {
	return strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://")
}

// launched reads what the launch commands install and no other part reads.
// Operands that are not there are told in missing.
func (s *scanner) launched(ctx context.Context, p part) (*discover.Decision, error) {
	var docs []manifest.Document
	collected := &discover.Report{}
	for _, name := range p.files {
		more, err := s.operand(ctx, name, p, collected)
		if err != nil {
			return nil, err
		}
		docs = append(docs, more...)
	}
	found, err := s.finder.Find(ctx, "", docs)
	if err != nil {
		return nil, err
	}
	return s.verdict.decide("", discover.Merge(*collected, *found)), nil
}

// operand reads a file, or everything below a directory.
func (s *scanner) operand(ctx context.Context, name string, p part, report *discover.Report) ([]manifest.Document, error) {
	info, err := fs.Stat(s.root, name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		docs, more, err := s.directory(ctx, part{dir: name, served: p.served})
		*report = *discover.Merge(*report, *more)
		return docs, err
	}
	if strings.HasSuffix(name, ".tgz") {
		return s.defaults(ctx, name, false, p)
	}
	docs, _, err := s.entry(ctx, name, fs.FileInfoToDirEntry(info), p, report)
	return docs, err
}

// launchPart is the part of the launch commands; warnings tell what they name
// and the root file system lacks.
func (s *scanner) launchPart() (p part, warnings []string) {
	p.launch = true
	for _, o := range operands(s.opts.Extension.Launch.Cmds) {
		switch {
		case isURL(o.name):
			warnings = append(warnings, fmt.Sprintf("launch command %q asks the network for %s; the image does not have it", o.command, o.name))
		case !fs.ValidPath(o.name):
		case !exists(s.root, o.name):
			warnings = append(warnings, fmt.Sprintf("launch command %q: there is no %s among the files of the Kubefile, so no images are looked for in it; correct the path, or if RUN or the base image brings it, name its images in %s",
				o.command, o.name, ListFile))
		case !read(o.name) && !slices.Contains(p.files, o.name):
			p.files = append(p.files, o.name)
		}
	}
	return p, warnings
}

// read tells whether another part reads a file.
func read(name string) bool {
	for _, dir := range []string{sealer.ManifestsDir, sealer.ChartsDir, sealer.AppsDir} {
		if name == dir || strings.HasPrefix(name, dir+"/") {
			return true
		}
	}
	return false
}
