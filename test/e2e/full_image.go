package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/opc-source/opc-image/kubefiles"
	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/rehearse"
	"github.com/opc-source/opc-image/pkg/remote"
	format "github.com/opc-source/opc-image/pkg/sealer"
	"github.com/opc-source/opc-image/pkg/serve"
	"github.com/opc-source/opc-image/test/e2e/full"
	"github.com/opc-source/opc-image/test/e2e/real"
	"github.com/opc-source/opc-image/test/e2e/sealer"
)

type sealerApp = format.Application

// fullImage is an image of the whole profile.
type fullImage struct {
	*sealer.Image
	standins map[string]bool // container images that are stand-ins
}

// fullName is the image of the whole profile.
const fullName = "localhost/opc/e2e-full:latest"

// buildFull builds an image of the profile full on a base, as a user would who
// has mirrors. One, in this process, has what is real: the container images that
// the base brings, those that are made here, and our pods' program. The other has
// charts and manifests, and stand-ins for all the rest.
func buildFull(ctx context.Context, o options, charts string, own *real.Definition, chosen []*catalog.Component) (*fullImage, error) {
	start := time.Now()
	feed, err := opc.Open(opc.Options{Store: filepath.Join(o.cache, "store"), Client: "opc-e2e"})
	if err != nil {
		return nil, err
	}
	defer feed.Close()
	loaded, err := feed.Load(ctx, o.base, "")
	if err != nil {
		return nil, fmt.Errorf("the base %s: %w", o.base, err)
	}
	if _, err := containerize(ctx, feed.Store(), podImage, o.pod); err != nil {
		return nil, err
	}
	say := func(line string) { fmt.Println("        " + line) }
	names := own.Of(chosen)
	if err := own.Make(ctx, feed.Store(), names, o.pod, say); err != nil {
		return nil, err
	}
	archives, err := own.Archives(ctx, feed.Store(), chosen, say)
	if err != nil {
		return nil, err
	}
	platform := "linux/" + runtime.GOARCH
	files, err := fullDefinition(o.cache, loaded[0].Name)
	if err != nil {
		return nil, err
	}
	target := opc.Target{Name: files, Platforms: []string{platform}}
	plan, err := feed.Compose(ctx, target)
	if err != nil {
		return nil, err
	}
	inventory, err := full.Inventory(plan.Components, charts, archives)
	if err != nil {
		return nil, err
	}
	upstream, err := rehearse.New(inventory, rehearse.Options{Divisor: 1 << 40})
	if err != nil {
		return nil, err
	}
	if err := upstream.Start(ctx); err != nil {
		return nil, err
	}
	defer upstream.Close()
	server, err := serve.Listen(ctx, serve.New(feed.Store(), serve.Options{Images: append(slices.Clone(names), loaded[0].Name, podImage)}), serve.ListenOptions{Address: "127.0.0.1:0"})
	if err != nil {
		return nil, err
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	go server.Serve(serving)

	client, err := opc.Open(opc.Options{
		Store: filepath.Join(o.cache, "store"), Client: "opc-e2e",
		Remote:   remote.Options{Config: remote.Config{Mirrors: mirrors(upstream, server.URL())}, Proxy: upstream.Proxy},
		Standins: &opc.Standins{Pin: pinned(upstream), PinImage: upstream.Pin},
	})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	locked, err := client.Lock(ctx, plan, nil)
	if err != nil {
		return nil, err
	}
	if _, err := client.Build(ctx, plan, locked, fullName); err != nil {
		return nil, err
	}
	standins, err := full.StandIns(ctx, client.Store(), locked, platform)
	if err != nil {
		return nil, err
	}
	images := filepath.Join(o.cache, "images")
	if err := os.MkdirAll(images, 0o755); err != nil {
		return nil, err
	}
	image, err := sealer.Unpack(ctx, client, fullName, platform, images)
	if err != nil {
		return nil, err
	}
	if err := feed.Close(); err != nil { // Nothing is asked of it any more.
		return nil, err
	}
	fmt.Printf("the image is built and unpacked: %d container images, %.1f s\n", len(image.Containers), time.Since(start).Seconds())
	return &fullImage{image, standins}, tidy(ctx, client, images, image.Dir)
}

// mirrors asks for what is real first.
func mirrors(upstream *rehearse.Upstream, feed string) []remote.Mirror {
	domain, _, _ := strings.Cut(podImage, "/")
	list := []remote.Mirror{{From: domain, To: []string{feed + "/" + domain}, Only: true}}
	for _, m := range upstream.Mirrors() {
		if !strings.Contains(m.From, "://") {
			m.To = append([]string{feed + "/" + m.From}, m.To...)
		}
		list = append(list, m)
	}
	return list
}

func pinned(upstream *rehearse.Upstream) func(string) (string, error) {
	return func(source string) (string, error) {
		sum, err := upstream.Sum(source)
		return sum.Encoded(), err
	}
}

// fullDefinition writes the Kubefile of the profile full as that of an image on a
// base, with the network of the tests.
func fullDefinition(dir, base string) (string, error) {
	kubefile, err := kubefiles.FS.ReadFile("full/Kubefile")
	if err != nil {
		return "", err
	}
	text := string(kubefile)
	for old, now := range map[string]string{
		"FROM profile://base\n": "FROM " + base + "\nAPP net local://net\n",
		"LAUNCH [":              `LAUNCH ["net", `,
	} {
		if strings.Count(text, old) != 1 {
			return "", fmt.Errorf("the Kubefile of the profile full has no line %q", old)
		}
		text = strings.Replace(text, old, now, 1)
	}
	files := filepath.Join(dir, "kubefile")
	if err := os.RemoveAll(files); err != nil {
		return "", err
	}
	if err := writeDefinition(files, map[string]any{"Base": base}); err != nil {
		return "", err
	}
	return files, os.WriteFile(filepath.Join(files, "Kubefile"), []byte(text), 0o644)
}
