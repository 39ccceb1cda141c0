package compose

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/kubefile"
)

// from reads what a Kubefile builds on.
func (b *builder) from(ctx context.Context, from kubefile.From) error {
	fail := func(format string, args ...any) error {
		return kubefile.Problems{problem(from.At(), "FROM: "+fmt.Sprintf(format, args...))}
	}
	switch {
	case from.Platform != "" && from.Platform != b.platform:
		return fail("the base is for %s and this image for %s; the platform of the base is that of the image, leave --platform out", from.Platform, b.platform)
	case from.Image != "":
		b.plan.Base = from.Image
		return nil
	case from.Profile == "":
		return nil // scratch
	case b.request.Profile == nil:
		return fail("there are no profiles here to take profile://%s from", from.Profile)
	case slices.Contains(b.chain, from.Profile):
		return fail("the profile builds on itself: %s", strings.Join(append(b.chain, from.Profile), " → "))
	}
	file, dir, err := b.request.Profile(from.Profile)
	if err != nil {
		return fail("profile://%s: %v", from.Profile, err)
	}
	own := b.context
	b.context, b.chain = dir, append(b.chain, from.Profile)
	defer func() { b.context, b.chain = own, b.chain[:len(b.chain)-1] }()
	return b.file(ctx, file)
}

// env is what the Kubefiles so far have set.
func (b *builder) env() map[string]string {
	env := map[string]string{}
	for _, kv := range b.plan.Env {
		name, value, _ := strings.Cut(kv, "=")
		env[name] = value
	}
	return env
}

// apps are those declared so far; nil when a base image may bring others.
func (b *builder) apps() []string {
	if b.plan.Base != "" {
		return nil
	}
	names := []string{}
	for _, app := range b.plan.Apps {
		names = append(names, app.Name)
	}
	return names
}
