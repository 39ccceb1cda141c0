package images_test

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// singleManifests are the component's own, edited.
func singleManifests(t *testing.T, c *catalog.Component) []map[string]any {
	t.Helper()
	var list []map[string]any
	for _, m := range c.Install.Manifests {
		if m.Path == "" {
			continue
		}
		text, err := m.Edit(string(read(t, c, m.Path)))
		if err != nil {
			t.Fatal(err)
		}
		if text, err = m.EditSingle(text); err != nil {
			t.Fatal(err)
		}
		list = append(list, parse(t, path.Join(c.Name, m.Path), []byte(text))...)
	}
	return list
}

// TestSingleNodeChangesWhatIsSet: Helm takes a key that the chart does not know
// without a word.
func TestSingleNodeChangesWhatIsSet(t *testing.T) {
	t.Parallel()
	for _, c := range components(t) {
		for _, release := range c.Install.Charts {
			if release.SingleValues == "" {
				continue
			}
			usual := values(t, c, release.Values)
			for key := range leaves("", values(t, c, release.SingleValues)) {
				if field(usual, strings.Split(key, ".")...) == nil {
					t.Errorf("%s/%s sets %s, which %s does not", c.Name, release.SingleValues, key, release.Values)
				}
			}
		}
	}
}

// leaves are the values that are no mappings, by their path.
func leaves(at string, m map[string]any) map[string]any {
	all := map[string]any{}
	for key, value := range m {
		if inner, ok := value.(map[string]any); ok {
			for k, v := range leaves(at+key+".", inner) {
				all[k] = v
			}
		} else {
			all[at+key] = value
		}
	}
	return all
}

// One of three brokers cannot keep three copies of a message.
func TestSingleKafkaKeepsOneCopy(t *testing.T) {
	t.Parallel()
	list := singleManifests(t, component(t, "kafka"))
	config, _ := field(find(t, list, "Kafka", "kafka"), "spec", "kafka", "config").(map[string]any)
	for key, value := range config {
		if strings.Contains(key, "replica") || strings.HasSuffix(key, "isr") {
			if value != float64(1) {
				t.Errorf("%s is %v", key, value)
			}
		}
	}
}

// The list of nodes is written twice, as Helm replaces lists.
func TestSingleElasticsearchIsTheSameNode(t *testing.T) {
	t.Parallel()
	c := component(t, "elasticsearch")
	node := func(name string) map[string]any {
		return maps(field(values(t, c, name), "eck-elasticsearch", "nodeSets"))[0]
	}
	usual, single := node("stack.yaml"), node("single.yaml")
	if single["count"] != float64(1) {
		t.Errorf("count is %v", single["count"])
	}
	single["count"] = usual["count"]
	if fmt.Sprint(usual) != fmt.Sprint(single) {
		t.Errorf("usual:  %v\nsingle: %v", usual, single)
	}
}
