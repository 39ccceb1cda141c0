package robustness

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpus is the component that the tests build: images of several sizes that
// share bases, a chart and a file. Its images weigh about 12 MB.
func corpus(t *testing.T) (dir string) {
	t.Helper()
	var images strings.Builder
	for i, size := range []int{40, 150, 300, 500, 700, 1100, 1600, 2400} {
		fmt.Fprintf(&images, "  - {name: \"r%d.example/team/image%d:1\", size: %dKiB, found: rendered}\n", i%2, i, size)
	}
	dir = t.TempDir()
	write(t, filepath.Join(dir, "corpus/component.yaml"), `name: corpus
title: Corpus
group: application
description: What the tests build.
homepage: https://corpus.example
version: "1"
licence: {spdx: Apache-2.0}
platforms: [linux/amd64, linux/arm64]
namespace: corpus
install:
  charts:
    - {release: corpus, repository: https://charts.example/stable, chart: corpus, version: 1.0.0}
  bundleFiles:
    - {url: https://downloads.example/manual.bin, dest: manual.bin, size: 300KiB}
images:
`+images.String())
	return dir
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
