package images_test

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// field is what stands at a path of an object; nil when nothing does.
func field(object map[string]any, keys ...string) any {
	v, _, _ := unstructured.NestedFieldNoCopy(object, keys...)
	return v
}

// maps are the mappings in a list.
func maps(v any) []map[string]any {
	var found []map[string]any
	list, _ := v.([]any)
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			found = append(found, m)
		}
	}
	return found
}

// pod is the specification of a workload's pods; nil when it has none.
func pod(object map[string]any) map[string]any {
	spec, _ := field(object, "spec", "template", "spec").(map[string]any)
	return spec
}

// containers are those of a pod's specification, those that start it included.
func containers(spec map[string]any) []map[string]any {
	return append(maps(spec["containers"]), maps(spec["initContainers"])...)
}

// find is the object of a kind and name.
func find(t *testing.T, list []map[string]any, kind, name string) map[string]any {
	t.Helper()
	for _, o := range list {
		if o["kind"] == kind && field(o, "metadata", "name") == name {
			return o
		}
	}
	t.Fatalf("there is no %s %s", kind, name)
	return nil
}

// environment are the variables that a container gets, with secrets as long as
// the launch makes them, and references to variables above replaced.
func environment(c *catalog.Component, container map[string]any) map[string]string {
	made := map[string]string{}
	for _, s := range c.Secrets {
		for key, value := range s.Values {
			made[s.Name+"/"+key] = value
		}
		for _, key := range s.Generate {
			made[s.Name+"/"+key] = strings.Repeat("0123456789abcdef", 2)
		}
	}
	env := map[string]string{}
	for _, e := range maps(container["env"]) {
		name, _ := e["name"].(string)
		value, _ := e["value"].(string)
		for other, text := range env {
			value = strings.ReplaceAll(value, "$("+other+")", text)
		}
		secret, _ := field(e, "valueFrom", "secretKeyRef", "name").(string)
		key, _ := field(e, "valueFrom", "secretKeyRef", "key").(string)
		if secret != "" {
			value = made[secret+"/"+key]
		}
		if field(e, "valueFrom", "fieldRef", "fieldPath") == "metadata.name" {
			value = "POD"
		}
		env[name] = value
	}
	return env
}
