package images_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// Upstream's chart and operator fetch the MySQL driver when a pod starts. Ours is
// in the image.
func TestShardingSphereHasItsDriver(t *testing.T) {
	t.Parallel()
	c := component(t, "shardingsphere")
	driver := ""
	for _, f := range c.Build[0].Files {
		if strings.Contains(f.Dest, "/ext-lib/mysql-connector-j-") {
			driver = f.Dest
		}
	}
	if driver == "" {
		t.Error("the image has no MySQL driver")
	}
	for _, container := range containers(pod(find(t, objects(t, c), "Deployment", "shardingsphere-proxy"))) {
		if container["image"] != c.Build[0].Name {
			t.Errorf("container %s runs %v", container["name"], container["image"])
		}
		for _, mount := range maps(container["volumeMounts"]) {
			if path, _ := mount["mountPath"].(string); strings.HasPrefix(driver, path+"/") {
				t.Errorf("a volume at %s hides the driver", path)
			}
		}
	}
}

// The password gets into the settings before the proxy reads them.
func TestShardingSphereSettingsGetThePassword(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not in PATH")
	}
	list := objects(t, component(t, "shardingsphere"))
	template, _ := field(find(t, list, "ConfigMap", "shardingsphere-proxy"), "data", "global.yaml").(string)
	dir := t.TempDir()
	for name, text := range map[string]string{"password": "5e&c-r/t\n", "logback.xml": "", "global.yaml": template} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "made"), 0o700); err != nil {
		t.Fatal(err)
	}
	start := maps(pod(find(t, list, "Deployment", "shardingsphere-proxy"))["initContainers"])[0]
	script := strings.NewReplacer("/run/secrets/shardingsphere", dir, "/opt/shardingsphere-proxy/conf", dir,
		"/template", dir, "/conf/", dir+"/made/").Replace(commands(start)[2])
	if out, err := exec.Command(bash, "-ec", script).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "made", "global.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var made map[string]any
	if err := yaml.UnmarshalStrict(text, &made); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "PASSWORD") || !strings.Contains(string(text), `password: "5e&c-r/t"`) {
		t.Errorf("settings:\n%s", text)
	}
}

// Sub-charts of the operator's chart are on when nothing turns them off.
func TestShardingSphereOperatorComesAlone(t *testing.T) {
	t.Parallel()
	v := values(t, component(t, "shardingsphere-operator"), "values.yaml")
	if on := field(v, "proxyCluster", "zookeeper", "enabled"); on != false {
		t.Errorf("proxyCluster.zookeeper.enabled is %v", on)
	}
	if on := field(v, "tags", "bitnami-common"); on != false {
		t.Errorf("tags.bitnami-common is %v", on)
	}
}
