package sealer

import (
	"sigs.k8s.io/yaml"

	format "github.com/opc-source/opc-image/pkg/sealer"
)

// staticPod is the pod that keeps a virtual address on a worker
// (pkg/ipvs/lvscare.go).
func staticPod(name, virtual, path string, real []string) (string, error) {
	args := []any{"care", "--vs", virtual, "--health-path", path, "--health-schem", "https"}
	for _, r := range real {
		args = append(args, "--rs", r)
	}
	pod := map[string]any{
		"apiVersion": "v1",
		"kind":       "Pod",
		"metadata":   map[string]any{"creationTimestamp": nil, "name": name, "namespace": "kube-system"},
		"spec": map[string]any{
			"containers": []any{map[string]any{
				"name":            "main",
				"image":           registryURL + "/" + format.LVSCareImage,
				"imagePullPolicy": "IfNotPresent",
				"command":         []any{"/usr/bin/lvscare"},
				"args":            args,
				"resources":       map[string]any{},
				"securityContext": map[string]any{"privileged": true},
				"volumeMounts":    []any{map[string]any{"mountPath": "/lib/modules", "name": "lib-modules", "readOnly": true}},
			}},
			"hostNetwork": true,
			"volumes":     []any{map[string]any{"name": "lib-modules", "hostPath": map[string]any{"path": "/lib/modules", "type": ""}}},
		},
		"status": map[string]any{},
	}
	data, err := yaml.Marshal(pod)
	return string(data), err
}
