package catalog_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/catalog"
)

func TestOrderPutsRequirementsFirst(t *testing.T) {
	t.Parallel()
	c := load(t, map[string]string{
		"mesh":    named("mesh", "requires: [certs, gateway]"),
		"certs":   named("certs", "requires: [storage]"),
		"gateway": named("gateway"),
		"storage": named("storage"),
		"alone":   named("alone"),
		"unused":  named("unused"),
	})
	for _, names := range [][]string{{"mesh", "alone"}, {"alone", "mesh", "storage"}, {"storage", "mesh", "mesh", "alone"}} {
		components, err := c.Order(names...)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, component := range components {
			got = append(got, component.Name)
		}
		if diff := cmp.Diff([]string{"alone", "storage", "certs", "gateway", "mesh"}, got); diff != "" {
			t.Errorf("Order(%v) (-want +got):\n%s", names, diff)
		}
	}
}

func TestOrderOfNothing(t *testing.T) {
	t.Parallel()
	if got, err := load(t, map[string]string{"a": named("a")}).Order(); err != nil || len(got) > 0 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestOrderNamesTheCycle(t *testing.T) {
	t.Parallel()
	c := load(t, map[string]string{
		"a": named("a", "requires: [b]"),
		"b": named("b", "requires: [c]"),
		"c": named("c", "requires: [d, b]"),
		"d": named("d"),
	})
	_, err := c.Order("a")
	var cycle *catalog.CycleError
	if !errors.As(err, &cycle) {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff([]string{"b", "c", "b"}, cycle.Names); diff != "" {
		t.Errorf("cycle (-want +got):\n%s", diff)
	}
	if want := "components require each other in a cycle: b → c → b"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestOrderOfUnknown(t *testing.T) {
	t.Parallel()
	c := load(t, map[string]string{"a": named("a", "requires: [b]")})
	for name, want := range map[string]string{
		"a": `required by component a: no such component: "b"; the catalog has a`,
		"z": `no such component: "z"; the catalog has a`,
	} {
		_, err := c.Order(name)
		if !errors.Is(err, catalog.ErrUnknown) || err.Error() != want {
			t.Errorf("Order(%s): got %v, want %s", name, err, want)
		}
	}
}

func TestOrderRefusesConflicts(t *testing.T) {
	t.Parallel()
	c := load(t, map[string]string{
		"a": named("a", "conflicts: [c]"),
		"b": named("b", "requires: [c]"),
		"c": named("c"),
	})
	for _, names := range [][]string{{"a", "c"}, {"a", "b"}} {
		_, err := c.Order(names...)
		if !errors.Is(err, catalog.ErrConflict) || !strings.Contains(err.Error(), "components a and c conflict") {
			t.Errorf("Order(%v): %v", names, err)
		}
	}
	if _, err := c.Order("b"); err != nil {
		t.Error(err)
	}
}
