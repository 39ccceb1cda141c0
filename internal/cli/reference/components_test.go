package reference_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/internal/cli/reference"
	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/opc"
)

func TestComponentsAreGenerated(t *testing.T) {
	t.Parallel()
	all, err := opc.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	groups, err := reference.ReadSystems(top)
	if err != nil {
		t.Fatal(err)
	}
	proofs, err := reference.ReadProofs(top)
	if err != nil {
		t.Fatal(err)
	}
	for _, stale := range proofs.Stale(all) {
		t.Error(stale)
	}
	got, err := reference.Components(t.Context(), all, groups, proofs)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(top, "docs/components.md"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/components.md is out of date: run make generate\n%s", diff)
	}
}

// demo is a catalog of one component with a chart, one with its own, and one that
// breaks a rule.
func demo(t *testing.T) *catalog.Catalog {
	t.Helper()
	text := func(name, lines string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(fmt.Sprintf(`name: %s
title: The %s
group: application
description: For tests.
version: 1.2.3
platforms: [linux/amd64, linux/arm64]
namespace: demo
%s`, name, name, lines))}
	}
	c, err := catalog.Load(fstest.MapFS{
		"up/component.yaml": text("up", `licence: {spdx: BUSL-1.1, restricted: true, reason: Not for all.}
install: {charts: [{release: up, repository: "https://c.example", chart: up, version: 4.5.6}]}
images: [{name: "r.example/up:1", found: rendered, size: 1MiB, platforms: [linux/amd64]}]
`),
		"own/component.yaml":        text("own", "licence: {spdx: MIT}\ninstall: {charts: [{release: own, path: chart}]}\nready: [{kind: Job, name: own}]\n"),
		"own/chart/Chart.yaml":      {Data: []byte("apiVersion: v2\nname: own\nversion: 1.0.0\n")},
		"bad/component.yaml":        text("bad", "licence: {spdx: Not a licence}\n"),
		"bad/somewhere/nothing.txt": {},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestComponentsSayHowFarTheyAreProven(t *testing.T) {
	t.Parallel()
	groups := []reference.Group{{Name: "First", Systems: []reference.System{
		{Name: "Up", Component: "up", Note: "half of it"}, {Name: "Elsewhere", Note: "is not here"},
	}}}
	proofs := reference.Proofs{"up": {Version: "1.2.3", Charts: []string{"up 4.5.6"}, Complete: true, Admitted: true}}
	got, err := reference.Components(t.Context(), demo(t), groups, proofs)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\n## First\n",
		"\n| Up | up | 1.2.3 | upstream chart | 1 / 0 | BUSL-1.1 (restricted) | – | up 4.5.6 | yes | yes | yes | – |\n",
		"\n| Elsewhere | |||||||||||\n",
		"\n- Up: half of it.\n- Elsewhere: is not here.\n",
		"\n## Further components\n",
		"\n| The bad | bad | 1.2.3 |  | 0 / 0 | Not a licence | – |  |  | yes | – | – |\n",
		"\n| The own | own | 1.2.3 | own chart | 0 / 0 | MIT | yes | own | – | yes | – | – |\n",
		"\n- up (BUSL-1.1): Not for all. Building asks for `--accept-licence up`.\n",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
}

// What was proven of another version proves nothing.
func TestStaleProofsAreFound(t *testing.T) {
	t.Parallel()
	c := demo(t)
	for want, proofs := range map[string]reference.Proofs{
		"up is proven in version 1.2.2 and is 1.2.3 now":                     {"up": {Version: "1.2.2"}},
		`up is proven with the charts ["up 4.5.5"] and has ["up 4.5.6"] now`: {"up": {Version: "1.2.3", Charts: []string{"up 4.5.5"}}},
		`own is proven with the charts ["own 1.0.0"] and has [] now`:         {"own": {Version: "1.2.3", Charts: []string{"own 1.0.0"}}},
		"there is a proof for gone, and no such component":                   {"gone": {Version: "1"}},
	} {
		if _, err := reference.Components(t.Context(), c, nil, proofs); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	groups := []reference.Group{{Name: "First", Systems: []reference.System{{Name: "Gone", Component: "gone"}}}}
	if _, err := reference.Components(t.Context(), c, groups, nil); err == nil || !strings.Contains(err.Error(), `systems.yaml: Gone: no such component: "gone"`) {
		t.Errorf("a system whose component is not there: %v", err)
	}
}

func TestProofsAreJoined(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Join(dir, reference.ProofDir), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, reference.ProofDir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("by-hand.yaml", "components:\n  a: {version: v1, charts: [a 1], complete: true}\n  b: {version: v1}\n")
	write("cluster.yaml", "components:\n  a: {version: v1, admitted: true, healthy: true}\n")
	got, err := reference.ReadProofs(dir)
	want := reference.Proofs{"a": {Version: "v1", Charts: []string{"a 1"}, Complete: true, Admitted: true, Healthy: true}, "b": {Version: "v1"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	write("cluster.yaml", "components:\n  a: {version: v2, admitted: true}\n")
	if _, err := reference.ReadProofs(dir); err == nil || !strings.Contains(err.Error(), "a is proven in version v2 there and in v1 elsewhere") {
		t.Errorf("two versions: %v", err)
	}
	write("cluster.yaml", "components:\n  a: {version: v1, sound: true}\n")
	if _, err := reference.ReadProofs(dir); err == nil || !strings.Contains(err.Error(), "sound") {
		t.Errorf("an unknown key: %v", err)
	}
}
