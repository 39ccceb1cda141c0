package store

import (
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

// TestPlainIsValid: what is not looked at more closely is a digest.
func TestPlainIsValid(t *testing.T) {
	t.Parallel()
	hex := digest.FromString("x").Encoded()
	for d, want := range map[digest.Digest]bool{
		digest.FromString("x"):                   true,
		digest.SHA512.FromString("x"):            false, // valid, and not plain
		"":                                       false,
		"sha256:":                                false,
		digest.Digest(hex):                       false,
		digest.Digest("sha256:" + hex[1:]):       false,
		digest.Digest("sha256:" + hex + "0"):     false,
		digest.Digest("sha256:/" + hex[1:]):      false,
		digest.Digest("sha256:" + hex[1:] + "/"): false,
		digest.Digest("sha256:" + hex[:32] + "\n" + hex[33:]):          false,
		digest.Digest("sha256:../" + hex[3:]):                          false,
		digest.Digest("SHA256:" + hex):                                 false,
		digest.Digest("sha256:" + strings.ToUpper("abcdef") + hex[6:]): false,
	} {
		if got := plain(d); got != want || got && d.Validate() != nil {
			t.Errorf("%q: %t, want %t; %v", d, got, want, d.Validate())
		}
	}
}
