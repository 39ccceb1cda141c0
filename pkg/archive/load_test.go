package archive_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/opc-source/opc-image/pkg/archive"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/store"
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	from := newStore(t)
	image := builder{t, from}.image("amd64", "arm64")
	data := save(t, from, image, archive.SaveOptions{})
	for name, write := range map[string]func(t *testing.T, data []byte) string{
		"tar": tarFile, "gzip": gzipFile, "zstd": zstdFile, "directory": directory,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			into := newStore(t)
			loaded, err := archive.Load(t.Context(), into, write(t, data), archive.LoadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(loaded) != 1 || loaded[0].Name != imageName {
				t.Errorf("loaded %+v", loaded)
			}
			checkImage(t, into, image)
			if !bytes.Equal(save(t, into, image, archive.SaveOptions{}), data) {
				t.Error("saved again it is another archive")
			}
		})
	}
}

// TestAnyOrder loads members in any order, both by seeking and as a stream.
func TestAnyOrder(t *testing.T) {
	t.Parallel()
	from := newStore(t)
	image := builder{t, from}.image("amd64", "arm64")
	members := readMembers(t, save(t, from, image, archive.SaveOptions{}))
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		random.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		data := makeTar(t, members...)
		into, streamed := newStore(t), newStore(t)
		if _, err := archive.Load(t.Context(), into, tarFile(t, data), archive.LoadOptions{}); err != nil {
			t.Fatal(err)
		}
		checkImage(t, into, image)
		if _, err := archive.LoadReader(t.Context(), streamed, bytes.NewReader(data), archive.LoadOptions{}); err != nil {
			t.Fatal(err)
		}
		checkImage(t, streamed, image)
	}
}

func tarFile(t *testing.T, data []byte) string { return writeFile(t, "image.tar", data) }

func gzipFile(t *testing.T, data []byte) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, "image.tar.gz", out.Bytes())
}

func zstdFile(t *testing.T, data []byte) string {
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, "image.tar.zst", out.Bytes())
}

func directory(t *testing.T, data []byte) string {
	dir := t.TempDir()
	for _, m := range readMembers(t, data) {
		name := filepath.Join(dir, filepath.FromSlash(m.name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(m.name, "/") {
			continue
		}
		if err := os.WriteFile(name, m.data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func writeFile(t *testing.T, name string, data []byte) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestLoadPlatform(t *testing.T) {
	t.Parallel()
	from := newStore(t)
	image := builder{t, from}.image("arm64")
	into := newStore(t)
	if _, err := archive.Load(t.Context(), into, tarFile(t, save(t, from, image, archive.SaveOptions{})), archive.LoadOptions{}); err != nil {
		t.Fatal(err)
	}
	checkImage(t, into, image)
}

func TestLoadName(t *testing.T) {
	t.Parallel()
	from := newStore(t)
	image := builder{t, from}.image("amd64")
	data := save(t, from, image, archive.SaveOptions{})
	rename := func(annotations string) []byte {
		members := readMembers(t, data)
		members[1].data = bytes.Replace(members[1].data, []byte(`"org.opencontainers.image.ref.name":"`+imageName+`"`), []byte(annotations), 1)
		return makeTar(t, members...)
	}
	for name, tt := range map[string]struct {
		data  []byte
		given string
		want  string // or part of the error
	}{
		"given":      {data, "other.example/x:2", "other.example/x:2"},
		"normalised": {data, "nginx", "docker.io/library/nginx:latest"},
		"containerd": {rename(`"io.containerd.image.name":"ghcr.io/a/b:3","org.opencontainers.image.ref.name":"3"`), "", "ghcr.io/a/b:3"},
		"bare tag":   {rename(`"org.opencontainers.image.ref.name":"v1"`), "", "give it one"},
		"no name":    {rename(``), "", "give it one"},
		"bad name":   {rename(`"org.opencontainers.image.ref.name":"../../etc:x"`), "", "invalid reference"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loaded, err := archive.Load(t.Context(), newStore(t), tarFile(t, tt.data), archive.LoadOptions{Name: tt.given})
			if err != nil {
				if !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error = %v, want one about %q", err, tt.want)
				}
				return
			}
			if loaded[0].Name != tt.want {
				t.Errorf("name %q, want %q", loaded[0].Name, tt.want)
			}
		})
	}
}

// TestLoadAgain loads what is there: no blob is read.
func TestLoadAgain(t *testing.T) {
	t.Parallel()
	from := newStore(t)
	image := builder{t, from}.image("amd64")
	file := tarFile(t, save(t, from, image, archive.SaveOptions{}))
	into := newStore(t)
	var statuses []string
	opts := archive.LoadOptions{Progress: func(e progress.Event) {
		if e.Kind == progress.Item {
			statuses = append(statuses, e.Status)
		}
	}}
	for _, want := range []string{"done", "present"} {
		statuses = nil
		if _, err := archive.Load(t.Context(), into, file, opts); err != nil {
			t.Fatal(err)
		}
		if len(statuses) != 4 || slices.ContainsFunc(statuses, func(s string) bool { return s != want }) {
			t.Errorf("statuses %v, want %s", statuses, want)
		}
	}
}

// TestLoadInterrupted stops after the first blob. Nothing is tagged, and the next
// load has one blob less to read.
func TestLoadInterrupted(t *testing.T) {
	t.Parallel()
	from := newStore(t)
	image := builder{t, from}.image("amd64")
	file := tarFile(t, save(t, from, image, archive.SaveOptions{}))
	into := newStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := archive.Load(ctx, into, file, archive.LoadOptions{Progress: func(e progress.Event) {
		if e.Kind == progress.Item {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("first load: %v", err)
	}
	if list, err := into.Images(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("tagged: %v, %v", list, err)
	}
	statuses := map[string]int{}
	_, err = archive.Load(t.Context(), into, file, archive.LoadOptions{Progress: func(e progress.Event) {
		if e.Kind == progress.Item {
			statuses[e.Status]++
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if statuses["present"] != 1 || statuses["done"] != 3 {
		t.Errorf("second load: %v", statuses)
	}
	checkImage(t, into, image)
}

// TestLoadResumes leaves part of a blob in the store, right and wrong, as an
// interrupted load does.
func TestLoadResumes(t *testing.T) {
	t.Parallel()
	from := newStore(t)
	image := builder{t, from}.image("amd64")
	data := save(t, from, image, archive.SaveOptions{})
	last := readMembers(t, data)[7]
	dgst := strings.TrimPrefix(last.name, "blobs/sha256/")
	for name, partial := range map[string][]byte{
		"good": last.data[:len(last.data)/2], "wrong": bytes.Repeat([]byte("x"), len(last.data)/2), "whole": last.data,
	} {
		for _, compressed := range []bool{false, true} {
			into := newStore(t)
			leavePartial(t, into, dgst, partial, int64(len(last.data)))
			file := tarFile(t, data)
			if compressed {
				file = gzipFile(t, data)
			}
			if _, err := archive.Load(t.Context(), into, file, archive.LoadOptions{}); err != nil {
				t.Errorf("%s, compressed %v: %v", name, compressed, err)
				continue
			}
			checkImage(t, into, image)
		}
	}
}

func leavePartial(t *testing.T, into *store.Store, hex string, data []byte, size int64) {
	t.Helper()
	ingest, err := into.Ingest(t.Context(), digestOf(hex), size)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ingest.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := ingest.Close(); err != nil {
		t.Fatal(err)
	}
}
