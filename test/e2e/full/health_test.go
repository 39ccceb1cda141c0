package full

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/store"
)

func TestWaits(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"kind": "Deployment", "spec": {"replicas": 2}, "status": {"availableReplicas": 2, "updatedReplicas": 2}}`: "",
		`{"kind": "Deployment", "spec": {"replicas": 2}, "status": {"availableReplicas": 2, "updatedReplicas": 1}}`: "1 of 2 pods are available",
		`{"kind": "Deployment", "status": {}}`:                                                                              "0 of 1 pods are available",
		`{"kind": "StatefulSet", "spec": {"replicas": 0}, "status": {}}`:                                                    "",
		`{"kind": "StatefulSet", "metadata": {"generation": 2}, "status": {"observedGeneration": 1}}`:                       "its controller has not looked at it",
		`{"kind": "DaemonSet", "status": {"desiredNumberScheduled": 3, "numberAvailable": 1, "updatedNumberScheduled": 3}}`: "1 of 3 pods are available",
		`{"kind": "DaemonSet", "status": {"desiredNumberScheduled": 0}}`:                                                    "",
	} {
		var w workload
		if err := json.Unmarshal([]byte(text), &w); err != nil {
			t.Fatal(err)
		}
		if got := w.waits(); got != want {
			t.Errorf("%s waits for %q, not %q", text, got, want)
		}
	}
}

func TestSoftware(t *testing.T) {
	t.Parallel()
	pod := func(namespace, name string, images ...string) corev1.Pod {
		var p corev1.Pod
		p.Namespace, p.Name = namespace, name
		for _, image := range images {
			p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "c", Image: image})
		}
		return p
	}
	puller := pod(namespace, "pull-x", "r.example/standin:1")
	puller.Labels = map[string]string{"pulls": "x"}
	trial := &Trial{
		before:   map[string]bool{"pod/kube-system/etcd": true},
		Standins: map[string]bool{"docker.io/library/standin:1": true, "r.example/standin:1": true, "docker.io/library/own:1": false},
	}
	list := []corev1.Pod{puller, pod("kube-system", "etcd", "standin:1"), pod("a", "good", "own:1", "r.example/of-the-base:1")}
	if count, not := trial.software(list); count != 2 || len(not) != 0 {
		t.Errorf("%d containers, %q", count, not)
	}
	list = append(list, pod("a", "bad", "standin:1"))
	if count, not := trial.software(list); count != 2 || len(not) != 1 || !strings.Contains(not[0], "pod a/bad, container c: standin:1 is a stand-in") {
		t.Errorf("%d containers, %q", count, not)
	}
	if _, not := trial.software(list[:2]); !slices.Equal(not, []string{"it has no pod, so nothing of it ran"}) {
		t.Errorf("of nothing: %q", not)
	}
}

func TestHealthy(t *testing.T) {
	t.Parallel()
	for want, list := range map[bool][]Outcome{
		true:  {{Real: 1}},
		false: {{}, {Real: 1, Lacks: "x"}, {Real: 1, Problems: []string{"x"}}, {Real: 1, Ailments: []string{"x"}}},
	} {
		for _, o := range list {
			if o.Healthy() != want {
				t.Errorf("%+v: %t", o, !want)
			}
		}
	}
}

func TestStandIns(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	image := func(name string, assembled bool, annotations map[string]string) lock.Image {
		data, err := json.Marshal(ocispec.Manifest{Annotations: annotations})
		if err != nil {
			t.Fatal(err)
		}
		dgst, err := s.Put(t.Context(), data)
		if err != nil {
			t.Fatal(err)
		}
		return lock.Image{Name: name, Assembled: assembled, Platforms: []lock.Manifest{{Platform: "linux/amd64", Digest: dgst, Size: int64(len(data))}}}
	}
	l := &lock.Lock{Images: []lock.Image{
		image("own", false, nil), image("assembled", true, nil),
		image("standin", false, map[string]string{"org.opc-image.standin": "true"}),
	}}
	found, err := StandIns(t.Context(), s, l, "linux/amd64")
	if err != nil || len(found) != 3 || found["own"] || !found["assembled"] || !found["standin"] {
		t.Errorf("%v, %v", found, err)
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	if got := quote("it's"); got != `'it'\''s'` {
		t.Error(got)
	}
}
