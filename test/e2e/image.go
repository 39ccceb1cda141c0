package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/template"

	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/serve"
	"github.com/opc-source/opc-image/pkg/store"
	"github.com/opc-source/opc-image/test/e2e/sealer"
)

// definition is the image that the tests run: the base, and applications.
//
//go:embed image
var definition embed.FS

// imageName is what the image of the tests is called in its store.
const imageName = "localhost/opc/e2e:latest"

// buildImage builds the image of the tests from an archive of the base, as a
// user would, and unpacks it. The only thing to be fetched is the container of
// our pods, from a registry of this process. Images unpacked before are removed,
// but for the directories that are to be kept.
func buildImage(ctx context.Context, dir, base, pod string, keep ...string) (*sealer.Image, error) {
	// Only needed until the image is unpacked, and large.
	storeDir := filepath.Join(dir, "store")
	defer os.RemoveAll(storeDir)
	feed, err := opc.Open(opc.Options{Store: filepath.Join(dir, "feed")})
	if err != nil {
		return nil, err
	}
	defer feed.Close()
	pinned, err := containerize(ctx, feed.Store(), podImage, pod)
	if err != nil {
		return nil, err
	}
	server, err := serve.Listen(ctx, serve.New(feed.Store(), serve.Options{}), serve.ListenOptions{Address: "127.0.0.1:0"})
	if err != nil {
		return nil, err
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	go server.Serve(serving)

	domain, _, _ := strings.Cut(podImage, "/")
	config := remote.Config{Mirrors: []remote.Mirror{{From: domain, To: []string{server.URL() + "/" + domain}, Only: true}}}
	client, err := opc.Open(opc.Options{Store: storeDir, Remote: remote.Options{Config: config}, Client: "opc-e2e"})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	repository, _, _ := strings.Cut(podImage, ":")
	if err := buildOn(ctx, client, base, map[string]string{"web": podImage, "web-by-digest": repository + "@" + pinned.String()}); err != nil {
		return nil, err
	}
	images := filepath.Join(dir, "images")
	if err := os.MkdirAll(images, 0o755); err != nil {
		return nil, err
	}
	image, err := sealer.Unpack(ctx, client, imageName, platform, images)
	if err != nil {
		return nil, err
	}
	return image, tidy(ctx, client, images, append(keep, image.Dir)...)
}

// platform is that of this machine: hosts are containers on it.
const platform = "linux/" + runtime.GOARCH

// buildOn builds the image on an archive of the base, with web applications by
// the images of their containers.
func buildOn(ctx context.Context, client *opc.Client, base string, web map[string]string) error {
	loaded, err := client.Load(ctx, base, "")
	if err != nil {
		return fmt.Errorf("the base %s: %w", base, err)
	}
	if len(loaded) != 1 {
		return fmt.Errorf("%s has %d images, not one", base, len(loaded))
	}
	files, err := os.MkdirTemp("", "opc-e2e-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(files)
	if err := writeDefinition(files, map[string]any{"Base": loaded[0].Name, "Web": web}); err != nil {
		return err
	}
	plan, err := client.Compose(ctx, opc.Target{Name: files, Platforms: []string{platform}})
	if err != nil {
		return err
	}
	lock, err := client.Lock(ctx, plan, nil)
	if err != nil {
		return err
	}
	_, err = client.Build(ctx, plan, lock, imageName)
	return err
}

// tidy removes what runs with other images have left: they are large.
func tidy(ctx context.Context, client *opc.Client, images string, keep ...string) error {
	entries, err := os.ReadDir(images)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if dir := filepath.Join(images, entry.Name()); !slices.Contains(keep, dir) {
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
		}
	}
	_, err = client.Store().Prune(ctx, store.PruneOptions{})
	return err
}

// writeDefinition writes the build context, its templates filled in.
func writeDefinition(dir string, values any) error {
	root, err := fs.Sub(definition, "image")
	if err != nil {
		return err
	}
	return fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		target := filepath.Join(dir, strings.TrimSuffix(name, ".tmpl"))
		var b strings.Builder
		if strings.HasSuffix(name, ".tmpl") {
			parsed, err := template.New(name).Parse(string(data))
			if err = errors.Join(err, parsed.Execute(&b, values)); err != nil {
				return err
			}
			data = []byte(b.String())
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o644)
	})
}
