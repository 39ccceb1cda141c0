package opc

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/opc-source/opc-image/pkg/aptget"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/remote"
)

// debian brings a package of the distribution into the store.
func (r *locker) debian(ctx context.Context, d compose.Download) (lock.Download, error) {
	pin := lock.Download{Source: d.Source}
	if want, err := r.want(d); err != nil {
		return pin, err
	} else if size, err := r.store.Stat(want); err == nil {
		pin.Digest, pin.Size = want, size
		return pin, nil
	}
	if r.opts.Remote.Offline {
		return pin, fmt.Errorf("%s for %s: %w; run once with the network, so that the store has it", d.Source, d.For, remote.ErrOffline)
	}
	dir, err := os.MkdirTemp("", "opc-image-deb-")
	if err != nil {
		return pin, err
	}
	defer os.RemoveAll(dir)
	name, err := r.apt.Fetch(ctx, *d.Debian, dir)
	if err == nil {
		pin.Digest, pin.Size, err = r.store.PutFile(ctx, name)
	}
	return pin, err
}

// aptClient keeps its lists where other caches of the user are.
func aptClient(log func(string)) *aptget.Client {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return &aptget.Client{Dir: filepath.Join(dir, "opc-image", "apt"), Log: log}
}

// standin stores what stands in, in a rehearsal, for something that is compiled
// or of a package.
func (r *locker) standin(ctx context.Context, d compose.Download) (lock.Download, error) {
	pin := lock.Download{Source: d.Source}
	text := "stand-in for " + d.Source + "\n"
	data := []byte(text)
	if d.Debian != nil {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, f := range r.plan.AllFiles() {
			if f.Content.Source != d.Source {
				continue
			}
			name := strings.TrimPrefix(f.Content.Member, "/")
			if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text)), Format: tar.FormatUSTAR}); err != nil {
				return pin, err
			}
			if _, err := io.WriteString(w, text); err != nil {
				return pin, err
			}
		}
		if err := w.Close(); err != nil {
			return pin, err
		}
		data = b.Bytes()
	}
	var err error
	pin.Digest, err = r.store.Put(ctx, data)
	pin.Size = int64(len(data))
	return pin, err
}
