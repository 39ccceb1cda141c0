package runner

import (
	"io"
	"strings"
	"time"
)

// Network says what a RUN can reach.
type Network string

// The networks of a RUN.
const (
	HostNetwork Network = "host" // that of the machine, as docker build grants it
	NoNetwork   Network = "none" // loopback only
)

// Command is one RUN instruction.
type Command struct {
	// Args are the program and its arguments. [Shell] makes those of the shell
	// form. A program without a slash is looked up in the PATH of Env.
	Args []string
	// Env holds NAME=VALUE; of several with one name the last counts. Nothing
	// is inherited; PATH and HOME have the defaults of docker.
	Env []string
	// Dir is where the program starts, in the image; default "/".
	Dir string
	// Network defaults to HostNetwork.
	Network Network
	// Timeout ends a program that takes longer; 0 is no limit.
	Timeout time.Duration
	// Platform the image is for, as "linux/arm64"; default that of the machine.
	Platform string
	// Position of the instruction, as "Kubefile:12", for messages.
	Position string
	// Output receives what the program prints, standard output and standard
	// error in their order; default: it is dropped.
	Output io.Writer
	// ModTime is the modification time of everything that was changed, whole
	// seconds; default the Unix epoch.
	ModTime time.Time
}

// Shell is the shell form of an instruction: RUN make all.
func Shell(script string) []string {
	return []string{"/bin/sh", "-c", script}
}

// Defaults of the environment, as docker sets them.
const (
	defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	defaultHome = "/root"
)

// environment is the program's whole environment, each name once.
func (c *Command) environment() []string {
	env := append([]string{"PATH=" + defaultPath, "HOME=" + defaultHome}, c.Env...)
	last := map[string]int{}
	for i, pair := range env {
		name, _, _ := strings.Cut(pair, "=")
		last[name] = i
	}
	var out []string
	for i, pair := range env {
		if name, _, _ := strings.Cut(pair, "="); last[name] == i {
			out = append(out, pair)
		}
	}
	return out
}

// text is the instruction as people wrote it, shortened to one line.
func (c *Command) text() string {
	args := c.Args
	if len(args) == 3 && args[0] == "/bin/sh" && args[1] == "-c" {
		args = args[2:]
	}
	line, rest, more := strings.Cut(strings.TrimSpace(strings.Join(args, " ")), "\n")
	const longest = 80
	if runes := []rune(line); len(runes) > longest {
		return "RUN " + string(runes[:longest]) + " …"
	}
	if more && rest != "" {
		return "RUN " + line + " …"
	}
	return "RUN " + line
}
