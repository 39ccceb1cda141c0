package kubefile

import (
	"io/fs"

	"github.com/opencontainers/go-digest"
)

// Step is one instruction with its variables replaced: one of Env, Label,
// Maintainer, Copy, Add, Run, App, AppCmds, AppEnv, KubeVersion, Launch, Cmds
// and Cmd. ARG gives no step, and FROM is Script.From.
type Step interface {
	At() Position    // of the instruction
	Keyword() string // in capitals
}

// Origin is the instruction a step comes from.
type Origin struct{ Instruction *Instruction }

// At is where the instruction stands; nowhere for the From of a file without one.
func (o Origin) At() Position {
	if o.Instruction == nil {
		return Position{}
	}
	return o.Instruction.Pos
}

// Keyword is the instruction's name in capitals.
func (o Origin) Keyword() string {
	if o.Instruction == nil {
		return ""
	}
	return o.Instruction.Keyword
}

// From is the base: exactly one of Scratch, Profile and Image is set.
type From struct {
	Origin
	Scratch  bool
	Profile  string // NAME of profile://NAME
	Image    string // an image name as written; reference.Parse reads it
	Platform string // of --platform, normalised; empty if not given
}

// Var is one name=value.
type Var struct {
	Pos         Position
	Name, Value string
}

// Env sets variables of the image, which hold for the following steps and for
// the cluster.
type Env struct {
	Origin
	Vars []Var
}

// Label sets labels of the image's configuration.
type Label struct {
	Origin
	Vars []Var
}

// Maintainer names the author. Deprecated in docker in favour of a label.
type Maintainer struct {
	Origin
	Name string
}

// Copy brings files of the build context into the image.
type Copy struct {
	Origin
	Sources []Word // paths in the context, slash-separated, may hold wildcards
	Dest    Dest
	Owner   *Owner       // nil is root, and the archive's own for what ADD unpacks
	Mode    *fs.FileMode // permission and setuid, setgid, sticky; nil keeps the file's own
}

// Add is Copy of files, archives and downloads: a local tar archive is
// unpacked, an http:// or https:// source (IsURL) is downloaded as it is. Mode
// does not hold for what is unpacked.
type Add struct {
	Copy
	Checksum digest.Digest // of the one download; empty if not given
}

// Dest is a path in the image.
type Dest struct {
	Path string // clean, relative to the root; "." is the root
	Dir  bool   // it was written as a directory: it ends with "/" or is "."
}

// Owner is who owns files.
type Owner struct{ UID, GID int }

// Run executes a command over what the steps before it made.
type Run struct {
	Origin
	Shell   string   // for /bin/sh -c; empty if Exec is set
	Exec    []string // the JSON form
	Env     []string // NAME=VALUE, sorted: ENV variables and declared build arguments
	Network string   // "default", "none" or "host"
}

// App puts the files of its sources under application/apps/NAME.
type App struct {
	Origin  // APP, or CNI or CSI, which also label the image
	Name    Word
	Sources []Source
}

// AppCmds gives the commands that launch an app instead of those its files imply.
type AppCmds struct {
	Origin
	App      Word
	Commands []Word
}

// AppEnv sets variables that only one app sees.
type AppEnv struct {
	Origin
	App  Word
	Vars []Var
}

// KubeVersion names the Kubernetes versions that the image supports.
type KubeVersion struct {
	Origin
	Version string
}

// Launch names the apps to start once the cluster is up, in order.
type Launch struct {
	Origin
	Apps []Word
}

// Cmds gives the commands to run once the cluster is up.
type Cmds struct {
	Origin
	Commands []Word
}

// Cmd is the deprecated way to add to those commands; it may stand many times.
type Cmd struct {
	Origin
	Commands []Word
}
