package images_test

import (
	"fmt"
	"slices"
	"testing"
)

// privileged are workloads that must reach into the host, with the reason.
var privileged = map[string]string{
	"chaosblade/chaosblade-tool":  "it disturbs the host and its containers, which is what it is for",
	"open-local/open-local-agent": "it runs LVM on the host and mounts for its pods",
}

// shared is the namespace in which many components stand side by side.
const shared = "middleware"

// TestOwnChartsKeepTheRules holds the charts and manifests that are our own to
// what lint asks nobody else for: that they are good neighbours.
func TestOwnChartsKeepTheRules(t *testing.T) {
	t.Parallel()
	for _, c := range components(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			for _, object := range objects(t, c) {
				name := fmt.Sprintf("%s %s", object["kind"], field(object, "metadata", "name"))
				for _, problem := range problems(c.Name, object) {
					t.Errorf("%s: %s", name, problem)
				}
			}
		})
	}
}

func problems(component string, object map[string]any) []string {
	var found []string
	kind, _ := object["kind"].(string)
	name := component + "/" + fmt.Sprint(field(object, "metadata", "name"))
	spec := pod(object)
	if spec != nil && field(object, "metadata", "namespace") == shared && spec["enableServiceLinks"] != false {
		found = append(found, "gets variables named after its neighbours, and may take them for settings")
	}
	serves := slices.Contains([]string{"Deployment", "StatefulSet"}, kind)
	for _, container := range maps(spec["containers"]) {
		if serves && container["readinessProbe"] == nil {
			found = append(found, fmt.Sprintf("container %s is ready before it answers", container["name"]))
		}
	}
	for _, container := range containers(spec) {
		if field(container, "securityContext", "allowPrivilegeEscalation") != false && privileged[name] == "" {
			found = append(found, fmt.Sprintf("container %s may gain privileges", container["name"]))
		}
	}
	return found
}

// commands are the words of a container's command and arguments.
func commands(container map[string]any) []string {
	var words []string
	for _, key := range []string{"command", "args"} {
		list, _ := container[key].([]any)
		for _, word := range list {
			words = append(words, fmt.Sprint(word))
		}
	}
	return words
}
