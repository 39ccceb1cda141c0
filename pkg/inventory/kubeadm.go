package inventory

import (
	"context"
	"fmt"

	"github.com/opc-source/opc-image/pkg/chart/manifest"
	"github.com/opc-source/opc-image/pkg/discover"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// controlPlane finds the images that kubeadm starts, by the version in the
// configuration that the root file system gives to sealer. It is nil when there is
// none. A version whose images are not known is a warning and no problem: such a
// file may be of an image that others made, which brings its images and says so in
// ListFile.
func (s *scanner) controlPlane(ctx context.Context) (d *discover.Decision, warnings []string, err error) {
	var docs []manifest.Document
	collected := &discover.Report{}
	for _, name := range []string{sealer.KubeadmFile, sealer.KubeadmFile + ".tmpl"} {
		if !exists(s.root, name) {
			continue
		}
		more, err := s.operand(ctx, name, part{}, collected)
		if err != nil {
			return nil, nil, err
		}
		docs = append(docs, more...)
	}
	if len(docs)+len(collected.Unreadable) == 0 {
		return nil, nil, nil
	}
	found, err := s.finder.Find(ctx, "", docs)
	if err != nil {
		return nil, nil, err
	}
	all := discover.Merge(*collected, *found)
	for _, r := range all.Unreadable {
		warnings = append(warnings, fmt.Sprintf("%s: %s; the images of the control plane are those that %s names", r.File, r.Reason, ListFile))
	}
	all.Unreadable = nil
	return s.verdict.decide("", all), warnings, nil
}
