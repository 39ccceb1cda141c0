package catalog_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fakeKubectl stands in for kubectl: it writes down its arguments, keeps secrets
// and namespaces as files, finds unready what the file named unready lists, and
// has hosts of the platforms in the file named nodes, and the configuration in the
// file named kubeadm-config.
const fakeKubectl = `#!/bin/sh
echo "kubectl $*" >>"$STATE/calls"
case "$*" in
"get nodes "*) cat "$STATE/nodes" 2>/dev/null || echo linux/amd64 ;;
"get configmap kubeadm-config "*) cat "$STATE/kubeadm-config" 2>/dev/null || echo "  podSubnet: 10.244.0.0/16"; exit ;;
"get secret "*) test -e "$STATE/secret-$3" ;;
"get namespace "*) test -e "$STATE/namespace-$3" ;;
"apply "*" -f -") cat >"$STATE/applied" ;;
"create namespace "*) touch "$STATE/namespace-$3" ;;
"create -f -")
    text=$(cat)
    name=$(printf '%s\n' "$text" | sed -n 's/^  name: //p')
    test ! -e "$STATE/secret-$name" || { echo "AlreadyExists" >&2; exit 1; }
    printf '%s\n' "$text" >"$STATE/secret-$name" ;;
"get "*" -f -") cat; exit ;;
"delete "*" -f -") cat >>"$STATE/deleted" ;;
"annotate "*) cat >>"$STATE/annotated" ;;
"get pods "*) echo "demo-0 0/1 ImagePullBackOff" ;;
"get events "*) echo "Warning Failed no such image" ;;
"rollout status "* | "wait "* | "get "*)
    if grep -qxF "$(echo "$*" | grep -o '[a-z.]*/[a-z.]*')" "$STATE/unready" 2>/dev/null; then
        echo "still waiting" >&2
        exit 1
    fi ;;
esac
`

const fakeHelm = `#!/bin/sh
echo "helm $*" >>"$STATE/calls"
case "$*" in
"version "*) cat "$STATE/helm-version" 2>/dev/null || echo v4.3.1; exit ;;
"get manifest "*) cat "$STATE/manifest-$3" 2>/dev/null || { echo "Error: release: not found"; exit 1; } >&2 ;;
"show crds "*) echo "kind: CustomResourceDefinition" && exit ;;
esac
test ! -e "$STATE/helm-fails" || { echo "timed out" >&2; exit 1; }
`

// host is a machine on which launch scripts run.
type host struct{ dir, state string }

func newHost(t *testing.T) host {
	t.Helper()
	h := host{t.TempDir(), t.TempDir()}
	made := scripts(t, get(t, load(t, fullFiles), "demo"))
	for name, text := range map[string]string{
		"kubectl": fakeKubectl, "helm": fakeHelm,
		"sleep":     "#!/bin/sh\nexit 0\n",
		"launch.sh": string(made["launch"]), "uninstall.sh": string(made["uninstall"]),
		// The clock goes on by a second each time it is looked at.
		"date": "#!/bin/sh\necho >>\"$STATE/clock\"\nwc -l <\"$STATE/clock\"\n",
	} {
		if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"manifests/before.yaml": "a: 1\n", "manifests/after.yaml": "a: 1\n", "manifests/network.yaml": "a: 4\n",
		"manifests/single/after.yaml": "a: 2\n", "values/single/demo.yaml": "a: 2\n",
	} {
		h.put(t, name, text)
	}
	return h
}

// put writes a file beside the scripts.
func (h host) put(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// launch runs the script, and returns what it said.
func (h host) launch(env ...string) (string, error) { return h.run("launch.sh", env) }

func (h host) run(script string, env []string, args ...string) (string, error) {
	cmd := exec.Command("sh", append([]string{filepath.Join(h.dir, script)}, args...)...)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), append(env, "PATH="+h.dir+":"+os.Getenv("PATH"), "STATE="+h.state)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	return stderr.String(), err
}

func (h host) read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(h.state, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (h host) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(h.state, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLaunchCanBeRepeated(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	said, err := h.launch()
	if err != nil {
		t.Fatalf("first launch: %v\n%s", err, said)
	}
	secret, calls := h.read(t, "secret-demo-admin"), h.read(t, "calls")
	h.write(t, "calls", "")
	again, err := h.launch()
	if err != nil {
		t.Fatalf("second launch: %v\n%s", err, again)
	}
	if h.read(t, "secret-demo-admin") != secret {
		t.Error("the second launch changed the secret")
	}
	if said != again {
		t.Errorf("it says something else:\n%s\nand again:\n%s", said, again)
	}
	created := regexp.MustCompile(`(?m)^kubectl (create|get namespace) .*\n`)
	if got := h.read(t, "calls"); got != created.ReplaceAllString(calls, "") {
		t.Errorf("the second launch does more than leaving out what is there:\n%s\nfirst:\n%s", got, calls)
	}
}

func TestLaunchMakesSecrets(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	said, err := h.launch()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	admin, other := h.read(t, "secret-demo-admin"), h.read(t, "secret-other")
	for _, want := range []string{"  namespace: demo\n", `  user: "ad\"min"` + "\n", "  note: \"it's $HOME and `date` \\\\\"\n"} {
		if !strings.Contains(admin, want) {
			t.Errorf("%q is missing in:\n%s", want, admin)
		}
	}
	password := regexp.MustCompile(`(?m)^  (?:password|api\.key): "([0-9a-f]{32})"$`)
	seen := map[string]bool{}
	for _, match := range password.FindAllStringSubmatch(admin+other, -1) {
		seen[match[1]] = true
	}
	if len(seen) != 3 {
		t.Errorf("want three different passwords in:\n%s\n%s", admin, other)
	}
	if want := "demo: the password for the user's console is in the secret demo-admin, key api.key, in the namespace demo\n"; !strings.Contains(said, want) {
		t.Errorf("%q is missing in:\n%s", want, said)
	}
	for generated := range seen {
		if strings.Contains(said+h.read(t, "calls"), generated) {
			t.Error("a password can be seen in the output or on a command line")
		}
	}
}

func TestLaunchSaysWhatIsNotReady(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.write(t, "unready", "deployment/demo\nruntimeclass/demo\n")
	said, err := h.launch()
	if err == nil {
		t.Errorf("it succeeds:\n%s", said)
	}
	for _, want := range []string{
		"demo: Deployment demo in namespace demo is not ready: still waiting\n",
		"demo: RuntimeClass demo is not ready: still waiting\n",
		"ImagePullBackOff", "Warning Failed no such image",
		"demo: Job setup in namespace operators is ready\n",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in:\n%s", want, said)
		}
	}
	if strings.Contains(said, "is launched") {
		t.Errorf("it claims success:\n%s", said)
	}
}

func TestLaunchSaysWhyHelmIsStuck(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.write(t, "helm-fails", "")
	said, err := h.launch()
	if err == nil || !strings.Contains(said, "demo: release demo-operator in namespace operators is not ready\n") ||
		!strings.Contains(said, "ImagePullBackOff") {
		t.Errorf("%v\n%s", err, said)
	}
	if calls := h.read(t, "calls"); strings.Contains(calls, "after.yaml") || strings.Count(calls, "helm upgrade ") != 1 {
		t.Errorf("it goes on:\n%s", calls)
	}
}
