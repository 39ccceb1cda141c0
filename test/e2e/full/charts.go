package full

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// charts asks the API server to check what charts rendered, to the letter: Helm
// itself does not mind fields that nobody knows. The objects of hooks are made if
// they were left out.
func (t *Trial) charts(ctx context.Context, o *Outcome, hooked bool) error {
	out, err := t.Cluster.Shell(ctx, t.Cluster.Masters[0], nil, "helm list --all-namespaces --output json")
	if err != nil {
		return err
	}
	var list []struct{ Name, Namespace string }
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		return err
	}
	for _, release := range list {
		id := release.Namespace + "/" + release.Name
		if t.releases[id] {
			continue
		}
		t.releases[id] = true
		objects, err := t.rendered(ctx, "manifest", release.Name, release.Namespace)
		if err != nil {
			return err
		}
		hooks, err := t.rendered(ctx, "hooks", release.Name, release.Namespace)
		if err != nil {
			return err
		}
		made, others := partition(hooks, installed)
		o.Objects += len(objects) + len(hooks)
		for _, part := range []struct {
			what    string
			objects []object
			dry     bool
		}{
			{"hooks", made, hooked}, {"hooks", others, true}, {"objects", objects, true},
		} {
			if err := t.apply(ctx, release.Namespace, part.objects, part.dry); err != nil {
				o.Problems = append(o.Problems, fmt.Sprintf("%s of the release %s: %v", part.what, id, err))
			}
		}
	}
	return nil
}

// object is a rendered one.
type object struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	text              []byte
}

// rendered are the objects of a release, or those of its hooks.
func (t *Trial) rendered(ctx context.Context, what, name, namespace string) ([]object, error) {
	out, err := t.Cluster.Shell(ctx, t.Cluster.Masters[0], nil, fmt.Sprintf("helm get %s %s --namespace %s", what, name, namespace))
	if err != nil {
		return nil, err
	}
	return objects(out)
}

// objects takes a YAML stream apart.
func objects(stream string) ([]object, error) {
	var list []object
	for reader := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(stream))); ; {
		text, err := reader.Read()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		o := object{text: text}
		if err := yaml.Unmarshal(text, &o); err != nil {
			return nil, err
		}
		if o.Kind != "" {
			list = append(list, o)
		}
	}
}

// installed tells whether an installation makes the object of a hook.
func installed(o object) bool { return strings.Contains(o.Annotations["helm.sh/hook"], "install") }

// apply has objects made, or checked only.
func (t *Trial) apply(ctx context.Context, namespace string, objects []object, dry bool) error {
	// kubectl refuses to be told a namespace that an object does not have.
	named, other := partition(objects, func(o object) bool { return o.Namespace != "" })
	args := []string{"apply", "--server-side", "--force-conflicts", "--validate=strict"}
	if dry {
		args = append(args, "--dry-run=server")
	}
	return errors.Join(
		t.kubectl(ctx, named, args...),
		t.kubectl(ctx, other, append(args, "--namespace", namespace)...),
	)
}

// kubectl gives objects to kubectl.
func (t *Trial) kubectl(ctx context.Context, objects []object, args ...string) error {
	if len(objects) == 0 {
		return nil
	}
	var b strings.Builder
	for _, o := range objects {
		b.WriteString("---\n")
		b.Write(o.text)
		b.WriteString("\n")
	}
	const name = "/root/opc-e2e-objects.yaml"
	if err := os.WriteFile(filepath.Join(t.Cluster.Masters[0].Root(), name), []byte(b.String()), 0o600); err != nil {
		return err
	}
	_, err := t.Cluster.Kubectl(ctx, append(args, "-f", name)...)
	return err
}

func partition(objects []object, is func(object) bool) (those, others []object) {
	for _, o := range objects {
		if is(o) {
			those = append(those, o)
		} else {
			others = append(others, o)
		}
	}
	return those, others
}
