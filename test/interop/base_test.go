package interop

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/remote"
)

// TestShortBase builds FROM a name without a registry, as sealer means it: an
// image of docker.io, unless the store has one of that name.
func TestShortBase(t *testing.T) {
	t.Parallel()
	host := newRegistry(t)
	config := remote.Config{Mirrors: []remote.Mirror{{From: "docker.io", To: []string{"http://" + host}, Only: true}}}
	open := func() *opc.Client {
		client, err := opc.Open(opc.Options{Store: t.TempDir(), Remote: remote.Options{Config: config}})
		check(t, err)
		t.Cleanup(func() { client.Close() })
		return client
	}
	there := open()
	build(t, there, "FROM scratch\nLABEL where=there\n", host+"/library/kube:v1")
	_, err := there.Push(t.Context(), host+"/library/kube:v1", opc.PushOptions{})
	check(t, err)

	here := open()
	if got := build(t, here, "FROM kube:v1\n", "child:v1"); got != "docker.io/library/kube:v1" {
		t.Errorf("built on %s, want the image of docker.io", got)
	}
	build(t, here, "FROM scratch\nLABEL where=here\n", "kube:v1")
	if got := build(t, here, "FROM kube:v1\n", "child:v1"); got != "localhost/kube:v1" {
		t.Errorf("built on %s, want the image of the store", got)
	}
}

// build builds a Kubefile without files and gives the base that the lock names.
func build(t *testing.T, client *opc.Client, kubefile, name string) string {
	t.Helper()
	dir := t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, opc.KubefileName), []byte(kubefile), 0o666))
	plan, err := client.Compose(t.Context(), opc.Target{Name: dir, Platforms: []string{"linux/amd64"}})
	check(t, err)
	locked, err := client.Lock(t.Context(), plan, nil)
	check(t, err)
	_, err = client.Build(t.Context(), plan, locked, name)
	check(t, err)
	if locked.Base == nil {
		return ""
	}
	return locked.Base.Name
}
