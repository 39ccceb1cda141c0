package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/store"
)

func TestDefinition(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const digest = "registry.e2e.example/opc/pod@sha256:0123456789012345678901234567890123456789012345678901234567890123"
	if err := writeDefinition(dir, map[string]any{
		"Base": "localhost/opc/base:1", "Web": map[string]string{"web": podImage, "web-by-digest": digest},
	}); err != nil {
		t.Fatal(err)
	}
	content := map[string]string{}
	for _, name := range []string{"Kubefile", "web/web.yaml", "net/net.yaml", "wait/wait.sh"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		content[name] = string(data)
	}
	if _, err := kubefile.Parse("Kubefile", strings.NewReader(content["Kubefile"]), kubefile.Limits{}); err != nil {
		t.Error(err)
	}
	for name, want := range map[string]string{
		"Kubefile": "FROM localhost/opc/base:1\n", "web/web.yaml": "image: " + digest, "net/net.yaml": "image: " + podImage,
	} {
		if !strings.Contains(content[name], want) {
			t.Errorf("%s has no %q:\n%s", name, want, content[name])
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "Kubefile.tmpl")); err == nil {
		t.Error("the template is there too")
	}
}

func TestContainerize(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, err := store.Open(t.TempDir(), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	program := filepath.Join(t.TempDir(), "any-name")
	if err := os.WriteFile(program, []byte("program"), 0o755); err != nil {
		t.Fatal(err)
	}
	first, err := containerize(ctx, s, podImage, program)
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Resolve(ctx, podImage)
	if err != nil || found.Digest != first {
		t.Errorf("%s, %v; not %s", found.Digest, err, first)
	}
	if second, err := containerize(ctx, s, podImage, program); err != nil || second != first {
		t.Errorf("made again it is %s, %v; not %s", second, err, first)
	}
}

func TestStories(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range stories {
		if seen[s.name] || s.title == "" || s.tell == nil {
			t.Errorf("story %q", s.name)
		}
		seen[s.name] = true
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		names     []string
		to        bool
		has, lack string
	}{
		{nil, true, "one worker", "survive upgrade"},
		{[]string{"all"}, false, "one survive dual", "upgrade upgrade-masters"},
		{[]string{"all"}, true, "one survive upgrade upgrade-masters", ""},
		{[]string{"upgrade", "dual"}, false, "upgrade dual", "upgrade-masters one"},
		{[]string{"other"}, true, "", "one upgrade"},
	} {
		var got []string
		for _, s := range choose(test.names, test.to) {
			got = append(got, s.name)
		}
		for _, name := range strings.Fields(test.has) {
			if !slices.Contains(got, name) {
				t.Errorf("%v, %t: %v lacks %s", test.names, test.to, got, name)
			}
		}
		for _, name := range strings.Fields(test.lack) {
			if slices.Contains(got, name) {
				t.Errorf("%v, %t: %v has %s", test.names, test.to, got, name)
			}
		}
	}
}

func TestBothFamilies(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"10.0.0.1 fd00::1": true, "fd00::/64 10.0.0.0/24": true,
		"": false, "10.0.0.1": false, "10.0.0.1 10.0.0.2": false, "10.0.0.1 fd00::1 fd00::2": false, "10.0.0.1 None": false,
	} {
		if got := bothFamilies(strings.Fields(text)); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

func TestInOrder(t *testing.T) {
	t.Parallel()
	failed, done := errors.New("failed"), 0
	good := func() error { done++; return nil }
	if err := inOrder(good, good, func() error { return failed }, good); !errors.Is(err, failed) || done != 2 {
		t.Errorf("%v after %d", err, done)
	}
}

func TestEventually(t *testing.T) {
	t.Parallel()
	left := 1
	if err := eventually(context.Background(), 10*time.Second, func() error {
		if left--; left >= 0 {
			return errors.New("not yet")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if err := eventually(context.Background(), time.Millisecond, func() error { return errors.New("never") }); err == nil || !strings.Contains(err.Error(), "never") {
		t.Errorf("%v", err)
	}
}

func TestLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	unlock, err := lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock(dir); err == nil {
		t.Error("two runs share a cache")
	}
	unlock()
	if unlock, err = lock(dir); err != nil {
		t.Fatal(err)
	}
	unlock()
}
