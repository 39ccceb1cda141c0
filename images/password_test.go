package images_test

import (
	"slices"
	"testing"
)

// made tells whether the launch generates the key of a secret.
func made(t *testing.T, name, secret, key string) bool {
	t.Helper()
	for _, s := range component(t, name).Secrets {
		if s.Name == secret && slices.Contains(s.Generate, key) {
			return true
		}
	}
	return false
}

// Valkey lets everybody in when its user default has no password.
func TestValkeyAsksForAPassword(t *testing.T) {
	t.Parallel()
	v := values(t, component(t, "valkey"), "values.yaml")
	if on := field(v, "auth", "enabled"); on != true {
		t.Errorf("auth.enabled is %v", on)
	}
	users, _ := field(v, "auth", "aclUsers").(map[string]any)
	secret, _ := field(v, "auth", "usersExistingSecret").(string)
	if users["default"] == nil {
		t.Error("the user default needs no password")
	}
	for user := range users {
		if !made(t, "valkey", secret, user) {
			t.Errorf("nobody makes the key %s of the secret %s", user, secret)
		}
	}
	if user, _ := field(v, "replica", "replicationUser").(string); users[user] == nil {
		t.Errorf("replicas log in as %q, who is not there", user)
	}
}

// TiDB's root has no password unless the operator is asked to set one. It takes
// it from a secret named after the cluster.
func TestTiDBGetsAPassword(t *testing.T) {
	t.Parallel()
	c := component(t, "tidb")
	cluster := find(t, objects(t, c), "TidbCluster", "tidb")
	if on := field(cluster, "spec", "tidb", "initializer", "createPassword"); on != true {
		t.Errorf("createPassword is %v", on)
	}
	if namespace := field(cluster, "metadata", "namespace"); namespace != c.Namespace || !made(t, "tidb", "tidb-init", "root") {
		t.Errorf("nobody makes the key root of the secret tidb-init in %v", namespace)
	}
}

// Kafka lets nobody in without a user.
func TestKafkaAsksForAPassword(t *testing.T) {
	t.Parallel()
	cluster := find(t, objects(t, component(t, "kafka")), "Kafka", "kafka")
	for _, listener := range maps(field(cluster, "spec", "kafka", "listeners")) {
		if field(listener, "authentication", "type") == nil || listener["tls"] != true {
			t.Errorf("listener %v is open", listener["name"])
		}
	}
	if field(cluster, "spec", "kafka", "authorization", "type") == nil {
		t.Error("every user may do everything")
	}
}

// The chart's own values break its own schema, and a port would be opened for TLS
// without a certificate.
func TestZooKeeperHasNoPortForTLS(t *testing.T) {
	t.Parallel()
	v := values(t, component(t, "zookeeper"), "values.yaml")
	if port := field(v, "service", "ports", "secureClient"); port != "" {
		t.Errorf("service.ports.secureClient is %v; want an empty text", port)
	}
}
