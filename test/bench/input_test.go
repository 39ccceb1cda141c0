package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/remote"
)

func TestInputAsksForEveryImage(t *testing.T) {
	t.Parallel()
	_, c := small(t, 7)
	in, err := writeInput(filepath.Join(t.TempDir(), "in"), c.Images)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(in.dir, "Kubefile"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kubefile.Parse("Kubefile", strings.NewReader(string(data)), kubefile.Limits{}); err != nil {
		t.Error(err)
	}
	text := func() string {
		var all string
		files, _ := filepath.Glob(filepath.Join(in.dir, "*.yaml"))
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all += string(data)
		}
		return all
	}
	for _, i := range c.Images {
		if n := strings.Count(text(), "image: "+domain+"/"+i.name()+"\n"); n != 1 {
			t.Errorf("%s is asked for %d times", i.name(), n)
		}
	}
	if err := in.change(c.Images[0], c.Changed); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text(), c.Images[0].name()+"\n") || !strings.Contains(text(), c.Changed.name()+"\n") {
		t.Error("the first image did not change")
	}
	if err := in.change(c.Images[0], c.Changed); err == nil {
		t.Error("changing it again is no error")
	}
}

func TestMirrorConfigIsOne(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(mirrorConfig("127.0.0.1:5000")), 0o644); err != nil {
		t.Fatal(err)
	}
	config, err := remote.Load(file)
	if err != nil || len(config.Mirrors) != 1 || config.Mirrors[0].From != domain {
		t.Errorf("%+v, %v", config, err)
	}
}
