package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"
)

// yardstick brings images into a directory, with as little as can be done: a
// HEAD for each name, one GET for each unique blob, the largest first, hashed
// while it is written. It is what is reachable, not a product: it resumes
// nothing, syncs nothing, and gives up at the first error.
type yardstick struct {
	registry string // host:port
	blobs    blobs
	workers  int
	client   http.Client
}

func (y *yardstick) pull(ctx context.Context, images []string) error {
	if err := os.MkdirAll(string(y.blobs), 0o777); err != nil {
		return err
	}
	list, err := y.resolve(ctx, images)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(y.workers)
	for _, l := range list {
		g.Go(func() error { return y.blob(ctx, l.from, "/blobs/", l.desc) })
	}
	return g.Wait()
}

// wanted is a blob and a repository that has it.
type wanted struct {
	from string
	desc ocispec.Descriptor
}

// resolve lists the unique configs and layers of images, the largest first.
func (y *yardstick) resolve(ctx context.Context, images []string) ([]wanted, error) {
	var mu sync.Mutex
	all := map[digest.Digest]wanted{}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(y.workers)
	for _, image := range images {
		g.Go(func() error {
			repository, tag, _ := strings.Cut(image, ":")
			root, err := y.head(ctx, repository, tag)
			if err != nil {
				return err
			}
			var index ocispec.Index
			if err := y.manifest(ctx, repository, ocispec.Descriptor{Digest: root}, &index); err != nil {
				return err
			}
			for _, d := range index.Manifests {
				var m ocispec.Manifest
				if err := y.manifest(ctx, repository, d, &m); err != nil {
					return err
				}
				mu.Lock()
				for _, l := range append(m.Layers, m.Config) {
					all[l.Digest] = wanted{repository, l}
				}
				mu.Unlock()
			}
			return nil
		})
	}
	err := g.Wait()
	var list []wanted
	for _, w := range all {
		list = append(list, w)
	}
	slices.SortFunc(list, func(a, b wanted) int { return cmp.Compare(b.desc.Size, a.desc.Size) })
	return list, err
}

func (y *yardstick) do(ctx context.Context, method, repository, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+y.registry+"/v2/"+repository+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := y.client.Do(req)
	if err == nil && resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		err = fmt.Errorf("%s: %s", req.URL, resp.Status)
	}
	return resp, err
}

func (y *yardstick) head(ctx context.Context, repository, tag string) (digest.Digest, error) {
	resp, err := y.do(ctx, http.MethodHead, repository, "/manifests/"+tag)
	if err != nil {
		return "", err
	}
	return digest.Digest(resp.Header.Get("Docker-Content-Digest")), resp.Body.Close()
}

func (y *yardstick) manifest(ctx context.Context, repository string, d ocispec.Descriptor, v any) error {
	if err := y.blob(ctx, repository, "/manifests/", d); err != nil {
		return err
	}
	return y.blobs.read(d.Digest, v)
}

// blob gets one blob, unless it is there.
func (y *yardstick) blob(ctx context.Context, repository, kind string, d ocispec.Descriptor) error {
	path := y.blobs.path(d.Digest)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	resp, err := y.do(ctx, http.MethodGet, repository, kind+d.Digest.String())
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	f, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha256.New()
	buf := buffers.Get().(*[512 << 10]byte)
	defer buffers.Put(buf)
	if _, err := io.CopyBuffer(onlyWriter{io.MultiWriter(f, hash)}, resp.Body, buf[:]); err != nil {
		return err
	}
	if digest.NewDigest(digest.SHA256, hash) != d.Digest {
		return errors.New(d.Digest.String() + ": other content")
	}
	return os.Rename(f.Name(), path)
}

var buffers = sync.Pool{New: func() any { return new([512 << 10]byte) }}

type onlyWriter struct{ io.Writer }

func yardstickMain(ctx context.Context, args []string) error {
	var y yardstick
	flags := flag.NewFlagSet("yardstick", flag.ContinueOnError)
	flags.StringVar(&y.registry, "registry", "", "host:port")
	dir := flags.String("dir", "", "where to")
	flags.IntVar(&y.workers, "workers", 4, "requests at a time")
	if err := flags.Parse(args); err != nil {
		return err
	}
	y.blobs = blobs(*dir)
	y.client.Transport = &http.Transport{MaxIdleConnsPerHost: y.workers}
	var images []string
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		images = append(images, in.Text())
	}
	return y.pull(ctx, images)
}

// hashMain computes the SHA-256 of a number of bytes, which are in memory.
func hashMain(_ context.Context, args []string) error {
	flags := flag.NewFlagSet("hash", flag.ContinueOnError)
	n := flags.Int64("bytes", 0, "how many")
	if err := flags.Parse(args); err != nil {
		return err
	}
	hash := sha256.New()
	buf := make([]byte, 256<<10)
	for left := *n; left > 0; left -= int64(len(buf)) {
		hash.Write(buf[:min(left, int64(len(buf)))])
	}
	return json.NewEncoder(os.Stdout).Encode(fmt.Sprintf("%x", hash.Sum(nil)))
}
