package full

import (
	"context"
	"strings"
)

// kinds are those that make pods, pods last: nothing makes them again.
const kinds = "deployments.apps,statefulsets.apps,daemonsets.apps,replicasets.apps,cronjobs.batch,jobs.batch,replicationcontrollers,pods"

// workloads lists all there are.
func (t *Trial) workloads(ctx context.Context) (map[string]bool, error) {
	out, err := t.Cluster.Kubectl(ctx, "get", kinds, "--all-namespaces", "-o",
		`jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name}{"\n"}{end}`)
	found := map[string]bool{}
	for line := range strings.FieldsSeq(out) {
		kind, rest, _ := strings.Cut(line, "/")
		namespace, name, _ := strings.Cut(rest, "/")
		found[key(kind, namespace, name)] = true
	}
	return found, err
}

func key(kind, namespace, name string) string {
	return strings.ToLower(kind) + "/" + namespace + "/" + name
}

// mine tells whether a workload is not a component's: it was there before, or was
// made again by one that was.
func (t *Trial) mine(id string) bool {
	_, name, _ := strings.Cut(id, "/")
	for old := range t.before {
		kind, owner, _ := strings.Cut(old, "/")
		if old == id || kind != "pod" && strings.HasPrefix(name, owner+"-") {
			return true
		}
	}
	return false
}

// clear deletes the workloads of components that were looked at: the host could
// not bear all of them.
func (t *Trial) clear(ctx context.Context) error {
	found, err := t.workloads(ctx)
	if err != nil {
		return err
	}
	byNamespace := map[string][]string{}
	for id := range found {
		if t.mine(id) {
			continue
		}
		kind, rest, _ := strings.Cut(id, "/")
		namespace, name, _ := strings.Cut(rest, "/")
		byNamespace[namespace] = append(byNamespace[namespace], kind+"/"+name)
	}
	for namespace, list := range byNamespace {
		args := append([]string{"delete", "--namespace", namespace, "--ignore-not-found", "--wait=false", "--grace-period=0", "--force"}, list...)
		if _, err := t.Cluster.Kubectl(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}
