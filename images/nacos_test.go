package images_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

// Nacos 3 ends at once without three secrets, and refuses a token key that is
// not Base64 of at least 32 bytes.
func TestNacosGetsItsSecrets(t *testing.T) {
	t.Parallel()
	c := component(t, "nacos")
	set := find(t, objects(t, c), "StatefulSet", "nacos")
	// What the launch generates, and as long.
	made := map[string]string{}
	for _, s := range c.Secrets {
		for key, value := range s.Values {
			made[s.Name+"/"+key] = value
		}
		for _, key := range s.Generate {
			made[s.Name+"/"+key] = strings.Repeat("0123456789abcdef", 2)
		}
	}
	env := map[string]string{}
	for _, e := range maps(containers(pod(set))[0]["env"]) {
		name, _ := e["name"].(string)
		value, _ := e["value"].(string)
		for other, text := range env { // the kubelet replaces what stands above
			value = strings.ReplaceAll(value, "$("+other+")", text)
		}
		if ref, ok := field(e, "valueFrom", "secretKeyRef").(map[string]any); ok {
			value = made[ref["name"].(string)+"/"+ref["key"].(string)]
		}
		env[name] = value
	}
	for _, name := range []string{"NACOS_AUTH_IDENTITY_KEY", "NACOS_AUTH_IDENTITY_VALUE"} {
		if env[name] == "" {
			t.Errorf("%s is empty", name)
		}
	}
	key, err := base64.StdEncoding.DecodeString(env["NACOS_AUTH_TOKEN"])
	if err != nil || len(key) < 32 {
		t.Errorf("NACOS_AUTH_TOKEN %q is %d bytes, %v; want at least 32", env["NACOS_AUTH_TOKEN"], len(key), err)
	}
	if env["NACOS_AUTH_ENABLE"] != "true" {
		t.Error("nobody is asked for a password")
	}
}

// Servers know each other by the names under which they announce themselves.
func TestNacosServersFindEachOther(t *testing.T) {
	t.Parallel()
	set := find(t, objects(t, component(t, "nacos")), "StatefulSet", "nacos")
	env := map[string]string{}
	for _, e := range maps(containers(pod(set))[0]["env"]) {
		name, _ := e["name"].(string)
		env[name], _ = e["value"].(string)
	}
	servers := strings.Fields(env["NACOS_SERVERS"])
	if replicas := field(set, "spec", "replicas"); float64(len(servers)) != replicas {
		t.Errorf("%d servers, %v replicas", len(servers), replicas)
	}
	own := strings.ReplaceAll(env["NACOS_SERVER_IP"], "$(POD_NAME)", "nacos-0") + ":8848"
	if !slices.Contains(servers, own) {
		t.Errorf("server 0 calls itself %s, which is none of %v", own, servers)
	}
}
