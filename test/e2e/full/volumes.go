package full

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// volumes makes a volume for each claim that has none: what would make it is a
// stand-in, and pods are not started without.
func (t *Trial) volumes(ctx context.Context) error {
	out, err := t.Cluster.Kubectl(ctx, "get", "persistentvolumeclaims", "--all-namespaces", "-o", "json")
	if err != nil {
		return err
	}
	var claims corev1.PersistentVolumeClaimList
	if err := json.Unmarshal([]byte(out), &claims); err != nil {
		return err
	}
	for _, claim := range claims.Items {
		id := string(claim.UID)
		if claim.Status.Phase != corev1.ClaimPending || t.volumesMade[id] || t.served[class(claim)] {
			continue
		}
		data, err := yaml.Marshal(volume(claim))
		if err != nil {
			return err
		}
		const file = "/root/opc-e2e-volume.yaml"
		if err := os.WriteFile(filepath.Join(t.Cluster.Masters[0].Root(), file), data, 0o600); err != nil {
			return err
		}
		if _, err := t.Cluster.Kubectl(ctx, "create", "-f", file); err != nil {
			return err
		}
		t.volumesMade[id] = true
	}
	return nil
}

// class is the storage class of a claim; "" when it asks for none.
func class(claim corev1.PersistentVolumeClaim) string {
	if claim.Spec.StorageClassName == nil {
		return ""
	}
	return *claim.Spec.StorageClassName
}

// volume is a directory of the host for a claim.
func volume(claim corev1.PersistentVolumeClaim) corev1.PersistentVolume {
	create := corev1.HostPathDirectoryOrCreate
	v := corev1.PersistentVolume{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolume"},
		ObjectMeta: metav1.ObjectMeta{Name: "opc-e2e-" + string(claim.UID)},
		Spec: corev1.PersistentVolumeSpec{
			Capacity:    claim.Spec.Resources.Requests,
			AccessModes: claim.Spec.AccessModes,
			VolumeMode:  claim.Spec.VolumeMode,
			ClaimRef:    &corev1.ObjectReference{Namespace: claim.Namespace, Name: claim.Name},
			PersistentVolumeSource: corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{
				Path: "/var/lib/opc-e2e/" + string(claim.UID), Type: &create,
			}},
		},
	}
	v.Spec.StorageClassName = class(claim)
	return v
}
