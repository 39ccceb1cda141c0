package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// sealerDirs are directories in every cluster image, by sealer's conventions.
// Kubefiles say "COPY imageList manifests", and mean the directory that their
// base image has. What a base image has is not known before it is fetched.
var sealerDirs = []string{
	sealer.ManifestsDir, sealer.ChartsDir, sealer.EtcDir, sealer.ScriptsDir, sealer.PluginsDir,
	sealer.BinDir, sealer.CRIDir, sealer.ImagesDir, path.Dir(sealer.AuditPolicyFile),
	sealer.AppsDir, path.Dir(sealer.AppsDir),
}

// into tells whether a file goes into the destination, under its own name, and
// is not the destination itself.
func (b *builder) into(s kubefile.Copy) bool {
	return s.Dest.Dir || len(s.Sources) > 1 || b.isDir(s.Dest.Path)
}

// isDir tells whether there is a directory of that name by now: in the plan, made
// by RUN, or by convention.
func (b *builder) isDir(name string) bool {
	for _, f := range slices.Backward(b.plan.Files) {
		if f.Name == name {
			return f.Mode.IsDir()
		}
		if strings.HasPrefix(f.Name, name+"/") {
			return true
		}
	}
	return slices.Contains(sealerDirs, name) || slices.ContainsFunc(b.plan.Runs, func(r Run) bool { return makesDir(r.Command, name) })
}

// makesDir tells whether a command is or has a plain "mkdir NAME".
func makesDir(command []string, name string) bool {
	line := strings.Join(command, " ")
	if len(command) == 3 && command[1] == "-c" {
		line = command[2]
	}
	separator := func(r rune) bool { return strings.ContainsRune("&|;()\n", r) }
	for simple := range strings.FieldsFuncSeq(line, separator) {
		words := strings.Fields(simple)
		if len(words) == 0 || path.Base(words[0]) != "mkdir" {
			continue
		}
		for _, word := range words[1:] {
			if made := strings.Trim(path.Clean(word), "/"); made == name || strings.HasPrefix(made, name+"/") {
				return true
			}
		}
	}
	return false
}

// warnOfName warns when one file gets a name that may be a directory of what is
// below, which the plan does not know.
func (b *builder) warnOfName(files []File, s kubefile.Copy) {
	name := s.Dest.Path
	unknown := b.plan.Base != "" || len(b.plan.Runs) > 0
	if unknown && len(files) == 1 && files[0].Name == name && files[0].Mode.IsRegular() &&
		!strings.ContainsAny(name, "./") && name != path.Base(s.Sources[0].Text) {
		b.warn("%s: %s makes a file %s; if that is a directory of the image below, write %s/", s.At(), s.Keyword(), name, name)
	}
}
