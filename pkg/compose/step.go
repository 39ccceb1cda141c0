package compose

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// step adds what one instruction says to the plan.
func (b *builder) step(step kubefile.Step) error {
	switch s := step.(type) {
	case kubefile.Env:
		for _, v := range s.Vars {
			b.plan.Env = append(b.plan.Env, v.Name+"="+v.Value)
		}
	case kubefile.Label:
		for _, v := range s.Vars {
			b.plan.Labels[v.Name] = v.Value
		}
	case kubefile.Maintainer:
		b.plan.Author = s.Name
	case kubefile.KubeVersion:
		b.plan.SupportedKube = s.Version
	case kubefile.Copy:
		return b.copy(s, false, "")
	case kubefile.Add:
		return b.copy(s.Copy, true, encoded(s.Checksum))
	case kubefile.Run:
		b.run(s)
	case kubefile.App:
		return b.app(s)
	case kubefile.AppCmds:
		return b.changeApp(s.App.Text, func(a *sealer.Application) { a.Cmds = texts(s.Commands) })
	case kubefile.AppEnv:
		return b.changeApp(s.App.Text, func(a *sealer.Application) {
			if a.Env == nil {
				a.Env = map[string]string{}
			}
			for _, v := range s.Vars {
				a.Env[v.Name] = v.Value
			}
		})
	case kubefile.Launch:
		b.launch(texts(s.Apps))
	case kubefile.Cmds:
		b.plan.Launch.Cmds = texts(s.Commands)
	case kubefile.Cmd:
		b.plan.Launch.Cmds = append(b.plan.Launch.Cmds, texts(s.Commands)...)
	default:
		return fmt.Errorf("cannot be built")
	}
	return nil
}

func texts(words []kubefile.Word) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.Text
	}
	return list
}

// launch adds apps to start. Those of the profile below come first, once.
func (b *builder) launch(apps []string) {
	have := map[string]bool{}
	for _, name := range b.plan.Launch.AppNames {
		have[name] = true
	}
	for _, name := range apps {
		if !have[name] {
			b.plan.Launch.AppNames = append(b.plan.Launch.AppNames, name)
		}
	}
}

func (b *builder) run(s kubefile.Run) {
	command := s.Exec
	if len(command) == 0 {
		command = []string{"/bin/sh", "-c", s.Shell}
	}
	b.plan.Runs = append(b.plan.Runs, Run{
		Command: command, Env: s.Env, Network: s.Network, Position: s.At().String(),
	})
}

// copy adds the files of a COPY or ADD.
func (b *builder) copy(s kubefile.Copy, add bool, checksum string) error {
	into := s.Dest.Dir || len(s.Sources) > 1 || b.isDir(s.Dest.Path)
	for _, source := range s.Sources {
		var files []File
		var err error
		if add && kubefile.IsURL(source.Text) {
			files = b.addURL(source.Text, checksum, s.Dest.Path, into)
		} else {
			files, err = b.copySource(source.Text, s.Dest.Path, into, add)
		}
		if err != nil {
			return err
		}
		b.putFiles(files, s)
	}
	return nil
}

func (b *builder) copySource(source, dest string, into, add bool) ([]File, error) {
	if b.context == nil {
		return nil, errNoContext
	}
	names, err := b.context.Glob(source)
	if err != nil {
		return nil, err
	}
	into = into || len(names) > 1
	var all []File
	for _, name := range names {
		if add {
			files, ok, err := b.context.unpackTo(name, dest)
			if err != nil {
				return nil, err
			}
			if ok {
				all = append(all, files...)
				continue
			}
		}
		files, err := b.context.copyTo(name, dest, into)
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
	}
	return all, nil
}

func (b *builder) addURL(url, checksum, dest string, into bool) []File {
	if into {
		dest = path.Join(dest, urlBase(url))
	}
	source := b.download(Download{Source: url, SHA256: checksum, For: "the Kubefile"})
	return []File{{Name: dest, Mode: 0o600, Content: Content{Source: source}}}
}

// urlBase is the file name in a URL.
func urlBase(url string) string {
	url, _, _ = strings.Cut(url, "?")
	url, _, _ = strings.Cut(url, "#")
	return path.Base(url)
}

// putFiles adds files with the owner and mode that the instruction gives.
func (b *builder) putFiles(files []File, s kubefile.Copy) {
	for _, f := range files {
		f.UID, f.GID = s.Owner.UID, s.Owner.GID
		if s.Mode != nil && f.Mode.Type() != fs.ModeSymlink {
			f.Mode = f.Mode.Type() | *s.Mode
		}
		f.Phase = b.phase()
		b.plan.Files = append(b.plan.Files, f)
	}
}

// isDir tells whether the plan has a directory of that name by now.
func (b *builder) isDir(name string) bool {
	if name == "." {
		return true
	}
	for _, f := range b.plan.Files {
		if strings.HasPrefix(f.Name, name+"/") || f.Name == name && f.Mode.IsDir() {
			return true
		}
	}
	return false
}
