package rootfs

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/unpack"
)

// stage takes the members that are lacking out of the archive, in one pass.
func (a *archive) stage(ctx context.Context, l *lock.Lock, s Writer) error {
	content, size, err := a.open(s)
	if err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	defer content.Close()
	lacking := map[string]string{} // as unpack names them, to as the plan does
	for name := range a.members {
		lacking[clean(name)] = name
	}
	err = unpack.Walk(content, size, func(e unpack.Entry, r io.Reader) error {
		name, ok := lacking[e.Name]
		if !ok || !e.Mode.IsRegular() || e.Link != "" {
			return nil
		}
		delete(lacking, e.Name)
		if err := a.take(ctx, name, r, l, s); err != nil {
			return fmt.Errorf("member %s: %w", name, err)
		}
		if len(lacking) == 0 {
			return io.EOF // the rest is of no interest
		}
		return nil
	})
	if err == nil && len(lacking) > 0 {
		names := slices.Sorted(maps.Values(lacking))
		err = fmt.Errorf("there is no file %s in it: %w", strings.Join(names, ", "), fs.ErrNotExist)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	return nil
}

func clean(member string) string { return path.Clean(strings.TrimLeft(member, "/")) }

// take stores one member, and pins it or holds it against its pin.
func (a *archive) take(ctx context.Context, name string, r io.Reader, l *lock.Lock, s Writer) error {
	got, size, err := put(ctx, s, r)
	if err != nil {
		return err
	}
	pinned := a.members[name]
	switch {
	case pinned == "":
		l.AddMember(a.name, lock.Member{Path: name, Digest: got, Size: size})
	case pinned != got && a.local:
		return changed(a.name)
	case pinned != got:
		return fmt.Errorf("has digest %s, the lock says %s; write a new lock", got, pinned)
	}
	return nil
}

func put(ctx context.Context, s Writer, r io.Reader) (digest.Digest, int64, error) {
	w, err := s.Writer(ctx)
	if err != nil {
		return "", 0, err
	}
	defer w.Close()
	if _, err := io.CopyBuffer(w, r, make([]byte, copyBuffer)); err != nil {
		return "", 0, err
	}
	return w.Commit()
}
