//go:build !linux

package runner

import (
	"context"
	"os"

	"github.com/opc-source/opc-image/pkg/layer"
)

const supported = false

// Init tells that the process is not the first one of a RUN: there is none on
// this operating system.
func Init() (code int, ok bool) { return 0, false }

// Run returns [ErrUnsupported].
func (r *Rootfs) Run(context.Context, Command) ([]layer.Entry, error) {
	return nil, ErrUnsupported
}

func lockFile(string, bool) (*os.File, error) { return nil, ErrUnsupported }
