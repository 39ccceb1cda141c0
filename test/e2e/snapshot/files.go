package snapshot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/opc-source/opc-image/test/e2e/host"
)

// files notes the files on the host's disk; of those in /etc also what is in
// them. Directories are noted for being there: their times say nothing.
func (s Snapshot) files(_ context.Context, h *host.Host) error {
	root := h.Root()
	return filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // It went while we looked.
		}
		if err != nil {
			return err
		}
		path := strings.TrimPrefix(name, root)
		if path == "" {
			return nil
		}
		text, err := describe(name, path, entry)
		if os.IsNotExist(err) {
			return nil
		}
		s["file "+path] = text
		return err
	})
}

func describe(name, path string, entry fs.DirEntry) (string, error) {
	info, err := entry.Info()
	if err != nil {
		return "", err
	}
	switch {
	case info.IsDir():
		return info.Mode().String(), nil
	case info.Mode().Type() == fs.ModeSymlink:
		target, err := os.Readlink(name)
		return "→ " + target, err
	case !info.Mode().IsRegular():
		return info.Mode().String(), nil
	case !strings.HasPrefix(path, "/etc/"):
		return fmt.Sprintf("%s %d bytes of %s", info.Mode(), info.Size(), info.ModTime().UTC().Format("15:04:05.000")), nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return fmt.Sprintf("%s %d bytes, %s", info.Mode(), len(data), hex.EncodeToString(sum[:6])), nil
}
