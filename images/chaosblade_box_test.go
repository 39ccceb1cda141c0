package images_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The database and its user are made once and can be made again; no password is
// in a command line.
func TestChaosBladeBoxMakesItsDatabase(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not in PATH")
	}
	start := maps(pod(find(t, objects(t, component(t, "chaosblade-box")), "Deployment", "chaosblade-box"))["initContainers"])[0]
	dir := t.TempDir()
	for name, text := range map[string]string{
		"root-password": "rootpw\n", "user-username": "box\n", "user-password": "boxpw\n",
		"mysql": "#!/bin/sh\nprintf '%s\\n' \"$MYSQL_PWD mysql $*\" >>\"$LOG\"\ncase \"$*\" in *SELECT*) ;; *) cat >>\"$LOG\" ;; esac\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	script := strings.NewReplacer("/run/secrets/root/", dir+"/root-", "/run/secrets/user/", dir+"/user-").Replace(commands(start)[2])
	command := exec.Command(bash, "-ec", script)
	log := filepath.Join(dir, "log")
	command.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "LOG=" + log, "DATABASE_HOST=mysql", "DATABASE_NAME=chaosblade"}
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"rootpw mysql --host mysql --user root\n",
		"CREATE DATABASE IF NOT EXISTS chaosblade ", "CREATE USER IF NOT EXISTS 'box'@'%' IDENTIFIED BY 'boxpw';", "GRANT ALL ON chaosblade.* TO 'box'@'%';",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
}

// Upstream's SQL makes a table in capitals that the program asks for in small
// letters.
func TestChaosBladeBoxHasADatabaseWithoutCase(t *testing.T) {
	t.Parallel()
	config, _ := values(t, component(t, "mysql"), "values.yaml")["config"].(string)
	if !strings.Contains(config, "\nlower_case_table_names=1\n") {
		t.Errorf("MySQL tells names of tables apart by their case:\n%s", config)
	}
}
