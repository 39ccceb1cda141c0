package images_test

import (
	"slices"
	"strings"
	"testing"
)

// A server is in the group under the name that it announces, and has a key of
// its own for tokens.
func TestSeataServersFindEachOther(t *testing.T) {
	t.Parallel()
	c := component(t, "seata")
	set := find(t, objects(t, c), "StatefulSet", "seata")
	env := environment(c, containers(pod(set))[0])
	servers := strings.Split(env["server.raft.serverAddr"], ",")
	if replicas := field(set, "spec", "replicas"); float64(len(servers)) != replicas {
		t.Errorf("%d servers, %v replicas", len(servers), replicas)
	}
	own := strings.Replace(env["SEATA_IP"], "POD", "seata-0", 1) + ":9091"
	if !slices.Contains(servers, own) {
		t.Errorf("server 0 calls itself %s, which is none of %v", own, servers)
	}
	isKey(t, env["SEATA_SECURITY_SECRETKEY"])
	if env["CONSOLE_USER_PASSWORD"] == "" {
		t.Error("the password is upstream's")
	}
}
