package rehearse

import (
	"fmt"
	"slices"
	"strings"
)

// workload renders the objects of a stand-in chart or manifest: a Deployment
// with a container for each image, and the further documents as they are.
// Quote encodes an image name as a YAML scalar.
func workload(name string, images, arguments, objects []string, quote func(string) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Stand-in for %s, made by a rehearsal of opc-image.\n", name)
	if len(images)+len(arguments) > 0 {
		writeDeployment(&b, images, arguments, quote)
	}
	for _, object := range objects {
		b.WriteString("---\n" + strings.TrimSuffix(object, "\n") + "\n")
	}
	return b.String()
}

// writeDeployment writes a Deployment that would start nothing if it ever
// reached a cluster: it asks for no replicas. Arguments go to its first
// container.
func writeDeployment(b *strings.Builder, images, arguments []string, quote func(string) string) {
	b.WriteString(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: stand-in
  annotations:
    ` + Annotation + `: "true"
spec:
  replicas: 0
  selector:
    matchLabels:
      app: stand-in
  template:
    metadata:
      labels:
        app: stand-in
    spec:
      containers:
`)
	args := slices.Sorted(slices.Values(arguments))
	for i, image := range slices.Sorted(slices.Values(images)) {
		fmt.Fprintf(b, "      - name: c%d\n        image: %s\n", i, quote(image))
		writeArgs(b, args, quote)
		args = nil
	}
	if len(args) > 0 {
		b.WriteString("      - name: arguments\n")
		writeArgs(b, args, quote)
	}
}

// writeArgs writes image names as the arguments of a container.
func writeArgs(b *strings.Builder, arguments []string, quote func(string) string) {
	if len(arguments) > 0 {
		b.WriteString("        args:\n")
	}
	for _, argument := range arguments {
		fmt.Fprintf(b, "        - %s\n", quote("--stand-in-image="+argument))
	}
}

// quoted is s as a double-quoted YAML scalar.
func quoted(s string) string { return `"` + s + `"` }

// escaped is s as a double-quoted YAML scalar in which no text of s occurs.
func escaped(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, `\x%02x`, c)
	}
	return quoted(b.String())
}
