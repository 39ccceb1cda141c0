package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteConfig(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "10-opc-e2e.conflist")
	if err := writeConfig(dir, "10.244.3.0/24"); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil || !json.Valid(data) || !strings.Contains(string(data), `"subnet":"10.244.3.0/24"`) {
		t.Errorf("%s, %v", data, err)
	}
	// What is right is not touched: the runtime reads it at each change.
	before, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeConfig(dir, "10.244.3.0/24"); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(name); err != nil || !os.SameFile(before, after) {
		t.Errorf("it was written again (%v)", err)
	}
	if err := writeConfig(dir, "10.244.4.0/24"); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"other"}, {"get"}, {"get", "http://127.0.0.1:1/"}} {
		if err := run(t.Context(), args); err == nil {
			t.Errorf("%q is no error", args)
		}
	}
}
