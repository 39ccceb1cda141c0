package full

import (
	"os"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/opc-source/opc-image/pkg/catalog"
)

func TestMine(t *testing.T) {
	t.Parallel()
	trial := &Trial{before: map[string]bool{
		"deployment/kube-system/coredns": true, "pod/kube-system/etcd": true, "daemonset/kube-system/kube-proxy": true,
	}}
	for id, want := range map[string]bool{
		"deployment/kube-system/coredns":     true,
		"pod/kube-system/coredns-abc-12345":  true,
		"pod/kube-system/etcd":               true,
		"pod/kube-system/etcd-backup-1":      false,
		"pod/other/coredns-abc-12345":        false,
		"deployment/kube-system/metrics":     false,
		"cronjob/kube-system/kube-proxylike": false,
	} {
		if got := trial.mine(id); got != want {
			t.Errorf("%s: %t", id, got)
		}
	}
}

func TestObjects(t *testing.T) {
	t.Parallel()
	list, err := objects(`---
# Source: a
kind: Job
metadata: {name: a, annotations: {helm.sh/hook: "post-install,post-upgrade"}}
---
# nothing
---
kind: Pod
metadata: {name: b, namespace: c, annotations: {helm.sh/hook: test}}
`)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d objects, %v", len(list), err)
	}
	made, others := partition(list, installed)
	if len(made) != 1 || made[0].Name != "a" || len(others) != 1 || others[0].Namespace != "c" {
		t.Errorf("made %v, others %v", made, others)
	}
	if !strings.Contains(string(list[0].text), "kind: Job") {
		t.Errorf("the text is %q", list[0].text)
	}
	if _, err := objects("kind: [\n"); err == nil {
		t.Error("this is no YAML")
	}
}

func TestPuller(t *testing.T) {
	t.Parallel()
	c := &catalog.Component{Name: "x", Platforms: []string{"linux/amd64", "linux/arm64"}, Images: []catalog.Image{
		{Name: "r/a:1"}, {Name: "r/b:1", Platforms: []string{"linux/arm64"}}, {Name: "r/c:1", Platforms: []string{"linux/amd64"}},
	}}
	names := images(c, "linux/amd64")
	if !slices.Equal(names, []string{"r/a:1", "r/c:1"}) {
		t.Fatalf("images %q", names)
	}
	pod := puller("x", names)
	if left := notPulled(pod); len(left) != 2 {
		t.Errorf("before anything is pulled, %q is left", left)
	}
	waiting := func(name, reason string) corev1.ContainerStatus {
		return corev1.ContainerStatus{Name: name, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}}
	}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{waiting("c0", "CreateContainerError"), waiting("c1", "ErrImagePull")}
	if left := notPulled(pod); !slices.Equal(left, []string{"r/c:1 (ErrImagePull)"}) {
		t.Errorf("left %q", left)
	}
	pod.Status.ContainerStatuses[1].State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "StartError"}}
	if left := notPulled(pod); len(left) != 0 {
		t.Errorf("left %q", left)
	}
}

func TestPending(t *testing.T) {
	t.Parallel()
	var pod corev1.Pod
	pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Message: "no room"}}
	if got := pending(pod); got != "no room" {
		t.Errorf("a pod without a node waits for %q", got)
	}
	pod.Spec.NodeName = "m1"
	if pending(pod) == "" {
		t.Error("a pod without containers has not been started")
	}
	pod.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "i", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}}}
	pod.Spec.InitContainers = []corev1.Container{{Name: "i", Image: "auto"}}
	if got := injected(pod); len(got) != 1 || !got["i"] {
		t.Errorf("injected: %v", got)
	}
	if got := pending(pod); got != "" {
		t.Errorf("a pod that crashes waits for %q", got)
	}
}

func TestResults(t *testing.T) {
	t.Parallel()
	r := Results{Kubernetes: "v1.2.3"}
	r.Add(&catalog.Component{Name: "b", Version: "2"}, Outcome{})
	r.Add(&catalog.Component{Name: "bad", Version: "3"}, Outcome{Problems: []string{"it is"}})
	r.Add(&catalog.Component{Name: "a", Version: "1"}, Outcome{Real: 2})
	r.Add(&catalog.Component{Name: "ill", Version: "4"}, Outcome{Real: 2, Ailments: []string{"it is"}})
	name := t.TempDir() + "/record.yaml"
	kept := "  kept: {version: \"0\", kubernetes: v1.2.2, admitted: true}\n"
	if err := os.WriteFile(name, []byte("components:\n  bad: {version: \"3\", admitted: true}\n"+kept), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := r.Write(name); err != nil {
		t.Fatal(err)
	}
	want := "components:\n" +
		"  a: {version: \"1\", kubernetes: v1.2.3, admitted: true, healthy: true}\n" +
		"  b: {version: \"2\", kubernetes: v1.2.3, admitted: true}\n" +
		"  ill: {version: \"4\", kubernetes: v1.2.3, admitted: true}\n" + kept
	if got := read(t, name); !strings.HasSuffix(got, want) {
		t.Errorf("written: %s", got)
	}
	if err := r.Err(); err == nil || !strings.Contains(err.Error(), "2 of 4 components did not go well: bad, ill") {
		t.Errorf("error %v", err)
	}
	if got := r.String(); got != "4 components were launched, 1 of them with their own software ready; 2 did not go well" {
		t.Error(got)
	}
	if err := new(Results).Err(); err != nil {
		t.Error(err)
	}
}

func TestVolume(t *testing.T) {
	t.Parallel()
	var claim corev1.PersistentVolumeClaim
	if got := volume(claim).Spec.StorageClassName; got != "" {
		t.Errorf("class %q", got)
	}
	class := "fast"
	claim.Name, claim.Namespace, claim.UID, claim.Spec.StorageClassName = "data", "x", "1-2", &class
	v := volume(claim)
	if v.Spec.StorageClassName != class || v.Spec.ClaimRef.Name != "data" || v.Spec.ClaimRef.Namespace != "x" || v.Name != "opc-e2e-1-2" {
		t.Errorf("%+v", v)
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	if got := unknown("a\nWarning: unknown field \"spec.x\"\nb\n"); !slices.Equal(got, []string{"Warning: unknown field \"spec.x\""}) {
		t.Errorf("%q", got)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
