package main

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// name is what a registry calls the image.
func (i corpusImage) name() string { return i.Repository + ":" + i.Tag }

// flat is a tag for the image in a directory of many.
func (i corpusImage) flat() string {
	return strings.ReplaceAll(i.Repository, "/", "-") + "-" + i.Tag
}

// input is what opc-image builds: a directory with a Kubefile, and a manifest
// for each application with a Deployment for each of its images.
type input struct{ dir string }

// writeInput makes a build context that asks for exactly these images.
func writeInput(dir string, images []corpusImage) (input, error) {
	in := input{dir}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return in, err
	}
	apps, order := map[string][]corpusImage{}, []string{}
	for _, i := range images {
		app := path.Dir(i.Repository)
		if apps[app] == nil {
			order = append(order, app)
		}
		apps[app] = append(apps[app], i)
	}
	kubefile := "FROM scratch\n"
	for _, app := range order {
		kubefile += fmt.Sprintf("APP %[1]s local://%[1]s.yaml\n", app)
		if err := in.write(app+".yaml", manifests(apps[app])); err != nil {
			return in, err
		}
	}
	kubefile += fmt.Sprintf("LAUNCH [\"%s\"]\n", strings.Join(order, `","`))
	return in, in.write("Kubefile", kubefile)
}

func (in input) write(name, text string) error {
	return os.WriteFile(filepath.Join(in.dir, name), []byte(text), 0o666)
}

// change makes an application ask for another version of an image.
func (in input) change(from, to corpusImage) error {
	file := filepath.Join(in.dir, path.Dir(from.Repository)+".yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	now := bytes.ReplaceAll(data, []byte(from.name()+"\n"), []byte(to.name()+"\n"))
	if bytes.Equal(now, data) {
		return fmt.Errorf("%s does not ask for %s", file, from.name())
	}
	return os.WriteFile(file, now, 0o666)
}

func manifests(images []corpusImage) string {
	var b strings.Builder
	for _, i := range images {
		name := path.Base(i.Repository)
		fmt.Fprintf(&b, `---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: %[1]s
spec:
  selector: {matchLabels: {app: %[1]s}}
  template:
    metadata: {labels: {app: %[1]s}}
    spec:
      containers:
      - name: main
        image: %[2]s/%[3]s
`, name, domain, i.name())
	}
	return b.String()
}

// mirrorConfig makes registry.bench a registry on the loopback interface.
func mirrorConfig(registry string) string {
	return fmt.Sprintf("mirrors:\n- from: %s\n  to: [\"http://%s\"]\n  only: true\n", domain, registry)
}
