package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// exec turns this process into the program; it returns only when that failed.
func (s *setup) exec() error {
	name, err := s.lookUp()
	if err != nil {
		return err
	}
	err = unix.Exec(name, s.Args, s.Env)
	switch {
	case errors.Is(err, unix.ENOEXEC):
		return fmt.Errorf("%s is not a program that this machine can execute: %w", name, err)
	case errors.Is(err, unix.ENOENT):
		return fmt.Errorf("%s is in the image, but the interpreter or dynamic loader that it names is not: %w", name, err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// lookUp finds the program in the image.
func (s *setup) lookUp() (string, error) {
	program := s.Args[0]
	if strings.Contains(program, "/") {
		_, err := os.Stat(program)
		if errors.Is(err, fs.ErrNotExist) && program == "/bin/sh" {
			return "", &failure{Cause: causeShell, Text: ErrNoShell.Error()}
		}
		if err != nil {
			return "", fmt.Errorf("the image has no program %s: %w", program, errors.Unwrap(err))
		}
		return program, nil
	}
	var search string
	for _, pair := range s.Env {
		if value, ok := strings.CutPrefix(pair, "PATH="); ok {
			search = value
		}
	}
	for dir := range strings.SplitSeq(search, ":") {
		name := path.Join(dir, program)
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return name, nil
		}
	}
	return "", fmt.Errorf("the image has no program %q in PATH %s", program, search)
}
