package opc

import (
	"context"
	"errors"
	"fmt"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/store"
	"github.com/opc-source/opc-image/pkg/verify"
)

// Verify holds an image against itself; see package verify. The error is
// ErrIncomplete when something is missing, and the reports tell what.
func (c *Client) Verify(ctx context.Context, name string, quick bool) ([]verify.Report, error) {
	return c.VerifyWith(ctx, name, verify.Options{Quick: quick})
}

// VerifyWith is Verify with all its options but for progress, which is the
// client's.
func (c *Client) VerifyWith(ctx context.Context, name string, opts verify.Options) ([]verify.Report, error) {
	opts.Progress = c.opts.Progress
	img, err := c.Inspect(ctx, name)
	if err != nil {
		return nil, err
	}
	var reports []verify.Report
	problems := 0
	for _, v := range img.Variants {
		report, err := c.verify(ctx, img, v.Platform, opts)
		if err != nil {
			return nil, fmt.Errorf("%s for %s: %w", img.Name, v.Platform, err)
		}
		reports = append(reports, *report)
		problems += len(report.Problems)
	}
	if problems > 0 {
		return reports, fmt.Errorf("%w: image %s has %s", ErrIncomplete, img.Name, progress.Count(problems, "problem"))
	}
	return reports, nil
}

func (c *Client) verify(ctx context.Context, img *Image, platform string, opts verify.Options) (*verify.Report, error) {
	var report *verify.Report
	root, err := c.Rootfs(ctx, img, platform)
	if err == nil {
		report, err = verify.Image(ctx, root, opts)
	}
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrCorrupt) {
		err = fmt.Errorf("%w: %w; \"opc-image fsck\" tells what is damaged, building or pulling the image again heals it", ErrIncomplete, err)
	}
	return report, err
}
