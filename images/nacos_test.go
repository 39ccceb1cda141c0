package images_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// Nacos 3 ends at once without three secrets, and refuses a token key that is
// not Base64 of at least 32 bytes.
func TestNacosGetsItsSecrets(t *testing.T) {
	t.Parallel()
	c := component(t, "nacos")
	env := environment(c, containers(pod(find(t, objects(t, c), "StatefulSet", "nacos")))[0])
	for _, name := range []string{"NACOS_AUTH_IDENTITY_KEY", "NACOS_AUTH_IDENTITY_VALUE"} {
		if env[name] == "" {
			t.Errorf("%s is empty", name)
		}
	}
	isKey(t, env["NACOS_AUTH_TOKEN"])
	if env["NACOS_AUTH_ENABLE"] != "true" {
		t.Error("nobody is asked for a password")
	}
}

// isKey fails when text is not Base64 of at least 32 bytes, what signed tokens
// ask for.
func isKey(t *testing.T, text string) {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) < 32 {
		t.Errorf("the key %q is %d bytes, %v; want at least 32", text, len(key), err)
	}
}

// Servers know each other by the names under which they announce themselves.
func TestNacosServersFindEachOther(t *testing.T) {
	t.Parallel()
	c := component(t, "nacos")
	set := find(t, objects(t, c), "StatefulSet", "nacos")
	env := environment(c, containers(pod(set))[0])
	servers := strings.Fields(env["NACOS_SERVERS"])
	if replicas := field(set, "spec", "replicas"); float64(len(servers)) != replicas {
		t.Errorf("%d servers, %v replicas", len(servers), replicas)
	}
	own := strings.Replace(env["NACOS_SERVER_IP"], "POD", "nacos-0", 1) + ":8848"
	if !slices.Contains(servers, own) {
		t.Errorf("server 0 calls itself %s, which is none of %v", own, servers)
	}
}

// A group of one never agrees; a single server must know that it is alone.
func TestSingleServersAreAlone(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{"nacos": {"MODE", "standalone"}, "seata": {"store.mode", "file"}} {
		c := component(t, name)
		list := render(t, c, catalog.Chart{Release: name, Path: "chart", Values: "values.yaml"}, "replicas: 1\n")
		env := environment(c, containers(pod(find(t, list, "StatefulSet", name)))[0])
		if env[want[0]] != want[1] || env["NACOS_SERVERS"]+env["server.raft.serverAddr"] != "" {
			t.Errorf("%s alone: %s is %q, and its peers are %q", name, want[0], env[want[0]], env["NACOS_SERVERS"]+env["server.raft.serverAddr"])
		}
	}
}
