package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// initName is the name under which this program starts as the first process of
// a RUN.
const initName = "opc-image-run-init"

// Descriptors that the first process inherits besides the standard ones.
const (
	setupFD  = 3 // it reads its setup from here
	statusFD = 4 // it writes a failure here; exec closes it
)

// setup is what the first process has to know. Its working directory is that of
// the session.
type setup struct {
	Overlay bool     `json:"overlay"` // mount one; else the tree was copied to merged
	Users   bool     `json:"users"`   // it is in a user namespace of its own
	Network bool     `json:"network"` // it is in a network namespace of its own
	Args    []string `json:"args"`
	Env     []string `json:"env"`
	Dir     string   `json:"dir"`
	Resolv  []byte   `json:"resolv,omitempty"` // of the host's /etc/resolv.conf
}

// Causes of a failure that the parent treats in its own way.
const (
	causeOverlay = "overlay"
	causeShell   = "shell"
	causeRefused = "refused"
)

// failure is why the first process did not become the program.
type failure struct {
	Cause string `json:"cause,omitempty"`
	Text  string `json:"text"`
}

func (f *failure) Error() string { return f.Text }

// Unwrap gives the reason that a caller may look for.
func (f *failure) Unwrap() error {
	switch f.Cause {
	case causeShell:
		return ErrNoShell
	case causeRefused:
		return ErrNamespaces
	}
	return nil
}

// step wraps the error of one step of the set-up.
func step(what string, err error) error {
	if err == nil {
		return nil
	}
	f := &failure{Text: fmt.Sprintf("%s: %v", what, err)}
	if errors.Is(err, unix.EPERM) || errors.Is(err, fs.ErrPermission) {
		f.Cause = causeRefused
		f.Text += ": " + ErrNamespaces.Error()
	}
	return f
}

// send reports err to the parent.
func send(status *os.File, err error) {
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{Text: err.Error()}
	}
	_ = json.NewEncoder(status).Encode(f) // The exit code tells as well.
}
