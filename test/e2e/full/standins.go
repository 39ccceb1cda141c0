package full

import (
	"context"
	"encoding/json"
	"fmt"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/rehearse"
	"github.com/opc-source/opc-image/pkg/store"
)

// StandIns tells of the container images of a lock, by their names, which are
// stand-ins. What is assembled here has something of a stand-in in it.
func StandIns(ctx context.Context, s store.Reader, l *lock.Lock, platform string) (map[string]bool, error) {
	found := map[string]bool{}
	for _, image := range l.Images {
		pin, ok := image.Manifest(platform)
		if !ok {
			continue
		}
		var manifest ocispec.Manifest
		data, err := s.ReadAll(ctx, ocispec.Descriptor{Digest: pin.Digest, Size: pin.Size})
		if err == nil {
			err = json.Unmarshal(data, &manifest)
		}
		if err != nil {
			return nil, fmt.Errorf("image %s: %w", image.Name, err)
		}
		found[image.Name] = image.Assembled || manifest.Annotations[rehearse.Annotation] != ""
	}
	return found, nil
}
