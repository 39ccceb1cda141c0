package kubefile

import (
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"
)

// copy evaluates COPY and what ADD has in common with it.
func (e *evaluator) copy(ins *Instruction) Copy {
	c := Copy{Origin: Origin{ins}}
	words := e.expandAll(ins, ins.operands())
	last := len(words) - 1
	for _, word := range words[:last] {
		if word.Text == "" {
			e.value(word.Pos, "give its variable a value", "the source is empty")
			continue
		}
		c.Sources = append(c.Sources, word)
	}
	c.Dest = destination(words[last].Text)
	switch {
	case words[last].Text == "":
		e.value(words[last].Pos, "write . for the root of the image", "the destination is empty")
	case last > 1 && !c.Dest.Dir:
		e.value(words[last].Pos, "end it with /", "with several sources, the destination must be a directory")
	}
	if f := ins.flag("chown"); f != nil {
		c.Owner = e.owner(e.expand(ins, f.Value))
	}
	if f := ins.flag("chmod"); f != nil {
		c.Mode = e.mode(e.expand(ins, f.Value))
	}
	if f := ins.flag("from"); f != nil {
		e.value(f.Pos, "COPY takes files of the build context; use FROM for a base", "a cluster image has no build stages to copy from")
	}
	return c
}

// add evaluates ADD.
func (e *evaluator) add(ins *Instruction) Add {
	add := Add{Copy: e.copy(ins)}
	for _, source := range add.Sources {
		switch {
		case IsURL(source.Text):
			if _, err := parseURL(source.Text); err != nil {
				e.value(source.Pos, "", "%v", err)
			}
		case strings.Contains(source.Text, "://") || strings.HasPrefix(source.Text, "git@"):
			e.value(source.Pos, "it can be a path of the context or an http:// or https:// URL", "ADD cannot fetch %s", source.Text)
		}
	}
	f := ins.flag("checksum")
	if f == nil {
		return add
	}
	text := e.expand(ins, f.Value)
	var err error
	if add.Checksum, err = digest.Parse(text.Text); err != nil {
		e.value(text.Pos, "write sha256: and 64 hexadecimal digits", "%q is not a checksum", text.Text)
	}
	if len(add.Sources) != 1 || !IsURL(add.Sources[0].Text) {
		e.value(f.Pos, "give each download an ADD of its own", "--checksum needs one http:// or https:// source")
	}
	return add
}

// destination reads a path in the image. It cannot leave the root.
func destination(text string) Dest {
	clean := strings.TrimPrefix(path.Clean("/"+text), "/")
	base := path.Base(text)
	d := Dest{Path: clean, Dir: strings.HasSuffix(text, "/") || base == "." || base == ".."}
	if clean == "" {
		d = Dest{Path: ".", Dir: true}
	}
	return d
}

// owner reads UID[:GID]. Without a GID it is the UID, as in docker.
func (e *evaluator) owner(text Word) *Owner {
	user, group, hasGroup := strings.Cut(text.Text, ":")
	if !hasGroup {
		group = user
	}
	uid, ok := number(user)
	gid, ok2 := number(group)
	if !ok || !ok2 {
		e.value(text.Pos, "write --chown=UID:GID in numbers", "%q cannot be looked up: a cluster image has no accounts", text.Text)
	}
	return &Owner{uid, gid}
}

// number reads a user or group number; root is 0 everywhere.
func number(text string) (int, bool) {
	if text == "root" {
		return 0, true
	}
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err == nil
}

// mode reads an octal file mode.
func (e *evaluator) mode(text Word) *fs.FileMode {
	n, err := strconv.ParseUint(text.Text, 8, 32)
	if err != nil || n > 0o7777 {
		e.value(text.Pos, "write it in octal digits, such as 0755", "%q is not a file mode", text.Text)
	}
	mode := fs.FileMode(n & 0o777)
	for bit, flag := range map[uint64]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if n&bit != 0 {
			mode |= flag
		}
	}
	return &mode
}
