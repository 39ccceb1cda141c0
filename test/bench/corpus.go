package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// domain is where the images of the corpus claim to be from. A mirror of it is
// on the loopback interface, so that the same corpus gives the same digests.
const domain = "registry.bench"

// The shape of the corpus: what a cloud platform has, made regular. At scale 1,
// 60 images are 720 blobs and 3.07 GB, or 4.29 GB when shared bases are counted
// for each image.
const (
	perApp   = 3 // images an application asks for
	bases    = 6 // base images, shared by all
	ownBytes = 24_400_000
	changed  = "v2" // tag of the image that changes, which is the first one
)

var (
	architectures = []string{"amd64", "arm64"}
	baseLayers    = []int64{8_000_000, 2_500_000, 800_000}
	ownParts      = []float64{0.70, 0.22, 0.08}
)

// corpus is a generated set of images in a directory.
type corpus struct {
	Images []corpusImage `json:"images"`
	// Changed is another version of the first image: the same base, own
	// layers of its own.
	Changed corpusImage `json:"changed"`
	// Bytes is the size of all unique blobs of Images, ChangedBytes what
	// Changed adds to them.
	Bytes, ChangedBytes int64
	// Blobs counts the unique blobs of Images, manifests included.
	Blobs int
}

type corpusImage struct {
	Repository string             `json:"repository"`
	Tag        string             `json:"tag"`
	Root       ocispec.Descriptor `json:"root"`
}

// generator makes a corpus.
type generator struct {
	blobs blobs
	scale float64
	bases map[string][]ocispec.Descriptor
	seen  map[digest.Digest]int64
}

// generate makes a corpus of n images in dir, always the same for one n and
// scale, and describes it in dir/corpus.json.
func generate(ctx context.Context, dir string, n int, scale float64) error {
	g := &generator{blobs(filepath.Join(dir, "blobs")), scale, map[string][]ocispec.Descriptor{}, map[digest.Digest]int64{}}
	if err := os.MkdirAll(string(g.blobs), 0o777); err != nil {
		return err
	}
	var c corpus
	for i := range n {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		img, err := g.image(i, "v1")
		if err != nil {
			return err
		}
		c.Images = append(c.Images, img)
	}
	c.Bytes, c.Blobs = g.bytes(), len(g.seen)
	var err error
	if c.Changed, err = g.image(0, changed); err != nil {
		return err
	}
	c.ChangedBytes = g.bytes() - c.Bytes
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "corpus.json"), data, 0o666)
}

func (g *generator) bytes() int64 {
	var n int64
	for _, size := range g.seen {
		n += size
	}
	return n
}

// image makes the index of one image.
func (g *generator) image(i int, tag string) (corpusImage, error) {
	img := corpusImage{Repository: fmt.Sprintf("app-%02d/image-%d", i/perApp, i%perApp), Tag: tag}
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex}
	for _, arch := range architectures {
		m, err := g.manifest(i, tag, arch)
		if err != nil {
			return img, err
		}
		m.Platform = &ocispec.Platform{OS: "linux", Architecture: arch}
		index.Manifests = append(index.Manifests, m)
	}
	var err error
	img.Root, err = g.keep(g.blobs.document(index.MediaType, index))
	return img, err
}

// manifest makes the image for one architecture: the layers of a base, and own
// layers of a size between a quarter and seven quarters of the mean.
func (g *generator) manifest(i int, tag, arch string) (ocispec.Descriptor, error) {
	layers, err := g.base(i%bases, arch)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	layers = append([]ocispec.Descriptor{}, layers...)
	own := ownBytes * g.scale * (0.25 + 1.5*rand.New(rand.NewPCG(uint64(i), 1)).Float64())
	parts := ownParts
	if i%5 == 0 {
		parts = append(parts[:len(parts):len(parts)], 0.001)
	}
	for k, part := range parts {
		l, err := g.keep(g.blobs.random(fmt.Sprintf("own %d %s %s %d", i, tag, arch, k), max(64, int64(own*part))))
		if err != nil {
			return ocispec.Descriptor{}, err
		}
		layers = append(layers, l)
	}
	config := ocispec.Image{Platform: ocispec.Platform{OS: "linux", Architecture: arch}}
	config.RootFS.Type = "layers"
	for _, l := range layers {
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, l.Digest)
	}
	config.Author = fmt.Sprint(i, tag)
	desc, err := g.keep(g.blobs.document(ocispec.MediaTypeImageConfig, config))
	if err != nil {
		return desc, err
	}
	return g.keep(g.blobs.document(ocispec.MediaTypeImageManifest, ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: desc, Layers: layers,
	}))
}

// base makes the layers of a base image once.
func (g *generator) base(i int, arch string) ([]ocispec.Descriptor, error) {
	name := fmt.Sprintf("base %d %s", i, arch)
	if layers, ok := g.bases[name]; ok {
		return layers, nil
	}
	var layers []ocispec.Descriptor
	for k, size := range baseLayers {
		l, err := g.keep(g.blobs.random(fmt.Sprint(name, " ", k), max(64, int64(float64(size)*g.scale))))
		if err != nil {
			return nil, err
		}
		layers = append(layers, l)
	}
	g.bases[name] = layers
	return layers, nil
}

func (g *generator) keep(d ocispec.Descriptor, err error) (ocispec.Descriptor, error) {
	g.seen[d.Digest] = d.Size
	return d, err
}

// openCorpus reads what generate wrote.
func openCorpus(dir string) (*corpus, error) {
	data, err := os.ReadFile(filepath.Join(dir, "corpus.json"))
	if err != nil {
		return nil, err
	}
	c := new(corpus)
	return c, json.Unmarshal(data, c)
}

func corpusMain(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("corpus", flag.ContinueOnError)
	dir := flags.String("dir", "", "where to write it")
	images := flags.Int("images", 60, "how many images")
	scale := flags.Float64("scale", 1, "size of the layers")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return generate(ctx, *dir, *images, *scale)
}
