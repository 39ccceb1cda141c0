package images_test

import (
	"slices"
	"testing"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// TestSecretsOfOwnChartsAreMade: a pod that names a secret which nobody makes
// never starts.
func TestSecretsOfOwnChartsAreMade(t *testing.T) {
	t.Parallel()
	all := map[string]*catalog.Component{}
	for _, c := range components(t) {
		all[c.Name] = c
	}
	for _, c := range all {
		list := objects(t, c)
		made := secretsOf(c)
		for _, required := range c.Requires {
			made = append(made, secretsOf(all[required])...)
		}
		for _, o := range list {
			if o["kind"] == "Certificate" {
				name, _ := field(o, "spec", "secretName").(string)
				namespace, _ := field(o, "metadata", "namespace").(string)
				made = append(made, namespace+"/"+name)
			}
		}
		for _, o := range list {
			namespace, _ := field(o, "metadata", "namespace").(string)
			for _, name := range secretsIn(pod(o)) {
				if !slices.Contains(made, namespace+"/"+name) {
					t.Errorf("%s: %v %v needs the secret %s in namespace %s, which nobody makes", c.Name, o["kind"], field(o, "metadata", "name"), name, namespace)
				}
			}
		}
	}
}

// secretsOf are the secrets that the launch makes, as namespace/name.
func secretsOf(c *catalog.Component) []string {
	var names []string
	for _, s := range c.Secrets {
		names = append(names, c.NamespaceOf(s.Namespace)+"/"+s.Name)
	}
	return names
}

// secretsIn are the secrets that a pod cannot start without.
func secretsIn(spec map[string]any) []string {
	var names []string
	add := func(v any) {
		if m, ok := v.(map[string]any); ok && m["optional"] != true {
			for _, key := range []string{"name", "secretName"} {
				if name, ok := m[key].(string); ok {
					names = append(names, name)
				}
			}
		}
	}
	for _, volume := range maps(spec["volumes"]) {
		add(volume["secret"])
	}
	for _, container := range containers(spec) {
		for _, e := range maps(container["env"]) {
			add(field(e, "valueFrom", "secretKeyRef"))
		}
		for _, from := range maps(container["envFrom"]) {
			add(from["secretRef"])
		}
	}
	return names
}

// TestLaunchWaitsForWhatIsThere: where all charts are our own, what the launch
// waits for is among their objects.
func TestLaunchWaitsForWhatIsThere(t *testing.T) {
	t.Parallel()
	for _, c := range components(t) {
		upstream := slices.ContainsFunc(c.Install.Charts, func(release catalog.Chart) bool { return release.Path == "" }) ||
			slices.ContainsFunc(c.Install.Manifests, func(m catalog.Manifest) bool { return m.Path == "" })
		if upstream || len(c.Launch) > 0 {
			continue
		}
		var have []string
		for _, o := range objects(t, c) {
			name, _ := field(o, "metadata", "name").(string)
			namespace, _ := field(o, "metadata", "namespace").(string)
			kind, _ := o["kind"].(string)
			have = append(have, kind+" "+namespace+"/"+name, kind+" "+name)
		}
		for _, o := range c.Ready {
			want := o.Kind + " " + c.NamespaceOf(o.Namespace) + "/" + o.Name
			if !slices.Contains(have, want) && !slices.Contains(have, o.Kind+" "+o.Name) {
				t.Errorf("%s: the launch waits for %s, which it does not install", c.Name, want)
			}
		}
	}
}
