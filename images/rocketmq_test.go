package images_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Upstream's chart mounts the brokers' volume where the image's user never
// writes.
func TestRocketMQKeepsMessagesOnTheVolume(t *testing.T) {
	t.Parallel()
	spec := pod(find(t, objects(t, component(t, "rocketmq")), "StatefulSet", "rocketmq-broker"))
	for _, mount := range maps(containers(spec)[0]["volumeMounts"]) {
		if mount["name"] == "data" && mount["mountPath"] != "/home/rocketmq/store" {
			t.Errorf("the volume is at %v", mount["mountPath"])
		}
	}
	if user := field(spec, "securityContext", "runAsUser"); user != float64(3000) {
		t.Errorf("it runs as %v, whose home is not /home/rocketmq", user)
	}
}

// The script makes pairs of the numbers of the pods.
func TestRocketMQBrokersAreInPairs(t *testing.T) {
	t.Parallel()
	text, _ := field(find(t, objects(t, component(t, "rocketmq")), "ConfigMap", "rocketmq-broker"), "data", "start.sh").(string)
	got := map[string]string{}
	for _, number := range []string{"0", "1", "2", "3"} {
		dir := t.TempDir()
		script := strings.NewReplacer("/etc/rocketmq/broker.conf", "/dev/null", "/tmp/broker.conf", filepath.Join(dir, "conf"),
			"exec ./mqbroker -c", "cat").Replace(text)
		command := exec.Command("sh", "-e", "-c", script)
		command.Env = append(command.Environ(), "POD_NAME=rocketmq-broker-"+number)
		out, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		got[number] = string(out)
	}
	want := map[string]string{
		"0": "brokerName=broker-0\nbrokerId=0\nbrokerRole=SYNC_MASTER\n",
		"1": "brokerName=broker-0\nbrokerId=1\nbrokerRole=SLAVE\n",
		"2": "brokerName=broker-1\nbrokerId=0\nbrokerRole=SYNC_MASTER\n",
		"3": "brokerName=broker-1\nbrokerId=1\nbrokerRole=SLAVE\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

// A broker that knows only one of the name servers is lost with it.
func TestRocketMQBrokersKnowEveryNameServer(t *testing.T) {
	t.Parallel()
	list := objects(t, component(t, "rocketmq"))
	replicas := field(find(t, list, "StatefulSet", "rocketmq-nameserver"), "spec", "replicas")
	for _, e := range maps(containers(pod(find(t, list, "StatefulSet", "rocketmq-broker")))[0]["env"]) {
		if value, _ := e["value"].(string); e["name"] == "NAMESRV_ADDR" && float64(len(strings.Split(value, ";"))) != replicas {
			t.Errorf("%s for %v name servers", value, replicas)
		}
	}
}
