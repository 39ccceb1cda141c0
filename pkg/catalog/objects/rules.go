package objects

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/reference"
)

var objectRules = []Rule{
	{"object-image", "An image without a version is another one tomorrow, and a pull policy of Always asks the registry at every start.", images},
	{"object-resources", "A container without requests and limits takes what others need. Set cpu and memory in both.", resources},
	{"object-storage", "A volume that names a storage class exists in some clusters only. Leave it to the default class.", storage},
	{"object-secret", "A secret in a manifest or chart is the same in every cluster. Have it generated: secrets in component.yaml.", secret},
	{"object-balancer", "A service of type LoadBalancer waits for ever where nothing gives addresses. Use ClusterIP, or NodePort.", balancer},
	{"object-download", "What is downloaded when a container starts is not there behind an air gap. Put it into an image.", download},
	{"object-spread", "Copies that must be on different hosts need as many hosts. Prefer it instead of demanding it.", spread},
	{"object-single", "A cluster of a single node needs one copy of everything. Give singleValues or singleEdits.", single},
}

func images(o object) (found []string) {
	for _, c := range o.containers() {
		name, _ := c["image"].(string)
		ref, err := reference.Parse(name)
		if err == nil && ref.Digest == "" && ref.Tag == "latest" {
			found = append(found, fmt.Sprintf("container %v runs %s, which is untagged or latest", c["name"], name))
		}
		if c["imagePullPolicy"] == "Always" {
			found = append(found, fmt.Sprintf("container %v asks for its image at every start", c["name"]))
		}
	}
	return found
}

func resources(o object) (found []string) {
	for _, c := range o.containers() {
		for _, key := range []string{"requests", "limits"} {
			for _, resource := range []string{"cpu", "memory"} {
				if at(c, "resources", key, resource) == nil {
					found = append(found, fmt.Sprintf("container %v has no %s in its %s", c["name"], resource, key))
				}
			}
		}
	}
	return found
}

func storage(o object) (found []string) {
	if slices.Contains([]any{"StorageClass", "PersistentVolume", "CustomResourceDefinition"}, o.fields["kind"]) {
		return nil
	}
	walk("", o.fields, func(_ string, m map[string]any) {
		if class, _ := m["storageClassName"].(string); class != "" {
			found = append(found, fmt.Sprintf("a volume is of the storage class %s, not of the default one", class))
		}
	})
	return found
}

func secret(o object) []string {
	if o.fields["kind"] == "Secret" && (o.fields["data"] != nil || o.fields["stringData"] != nil) {
		return []string{"it is the same in every cluster"}
	}
	return nil
}

func balancer(o object) []string {
	if o.fields["kind"] == "Service" && at(o.fields, "spec", "type") == "LoadBalancer" {
		return []string{"it needs a load balancer"}
	}
	return nil
}

var (
	// installs are commands that download by themselves.
	installs = regexp.MustCompile(`\b(pip3? install|apk add|apt-get|yum install|npm install|go install)\b`)
	// fetches are commands that download from an address.
	fetches = regexp.MustCompile(`\b(wget|curl|git clone)\b[^|;&]*?https?://([a-z0-9-]+(\.[a-z0-9-]+)+)`)
)

func download(o object) (found []string) {
	for _, c := range o.containers() {
		for _, key := range []string{"command", "args"} {
			list, _ := c[key].([]any)
			for _, word := range list {
				text := fmt.Sprint(word)
				match := fetches.FindStringSubmatch(text)
				if installs.MatchString(text) || match != nil && !inside(match[2]) {
					found = append(found, fmt.Sprintf("container %v seems to download: %s", c["name"], text))
				}
			}
		}
	}
	return found
}

// inside tells whether a host is in the cluster or the pod.
func inside(host string) bool {
	return strings.HasPrefix(host, "127.") || strings.HasSuffix(host, ".svc") || strings.Contains(host, ".svc.")
}

func spread(o object) (found []string) {
	walk("", o.fields, func(key string, m map[string]any) {
		if key == "podAntiAffinity" && len(items(m["requiredDuringSchedulingIgnoredDuringExecution"])) > 0 {
			found = append(found, "its copies must be on different hosts")
		}
		if key == "topologySpreadConstraints" && m["whenUnsatisfiable"] == "DoNotSchedule" {
			found = append(found, "its copies must be spread over hosts")
		}
	})
	return found
}

func single(o object) (found []string) {
	walk("", o.single, func(_ string, m map[string]any) {
		if n, ok := m["replicas"].(float64); ok && n > 1 {
			found = append(found, fmt.Sprintf("there are %v copies also on a single node", n))
		}
	})
	return found
}
