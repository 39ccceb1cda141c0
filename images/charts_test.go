package images_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// privileged are workloads that must reach into the host, with the reason.
var privileged = map[string]string{
	"chaosblade/chaosblade-tool": "it disturbs the host and its containers, which is what it is for",
}

// unlimited are containers without limits, with the reason.
var unlimited = map[string]string{
	"chaosblade/chaosblade-tool": "experiments that load a host run in it and would stop at its limits",
}

// shared is the namespace in which many components stand side by side.
const shared = "middleware"

// TestOwnChartsKeepTheRules holds the charts and manifests that are our own
// against what images/README.md says of all.
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
	if kind == "Secret" && (object["data"] != nil || object["stringData"] != nil) {
		found = append(found, "a secret that is the same in every cluster")
	}
	if kind == "Service" && field(object, "spec", "type") == "LoadBalancer" {
		found = append(found, "needs a load balancer, which a cluster on bare metal lacks")
	}
	for _, claim := range maps(field(object, "spec", "volumeClaimTemplates")) {
		if field(claim, "spec", "storageClassName") != nil {
			found = append(found, "does not use the default storage class")
		}
	}
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
		for _, problem := range containerProblems(container, name) {
			found = append(found, fmt.Sprintf("container %s %s", container["name"], problem))
		}
	}
	return found
}

func containerProblems(container map[string]any, workload string) []string {
	var found []string
	for _, key := range []string{"requests", "limits"} {
		for _, resource := range []string{"cpu", "memory"} {
			if field(container, "resources", key, resource) == nil && (key == "requests" || unlimited[workload] == "") {
				found = append(found, fmt.Sprintf("has no %s in its %s", resource, key))
			}
		}
	}
	if container["imagePullPolicy"] == "Always" {
		found = append(found, "asks for its image at every start")
	}
	if field(container, "securityContext", "allowPrivilegeEscalation") != false && privileged[workload] == "" {
		found = append(found, "may gain privileges")
	}
	for _, word := range commands(container) {
		for _, download := range []string{"wget ", "https://", "pip install", "apk add", "apt-get"} {
			if strings.Contains(word, download) {
				found = append(found, fmt.Sprintf("seems to download at run time: %s", word))
			}
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
