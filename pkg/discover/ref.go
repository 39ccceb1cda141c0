package discover

import (
	"regexp"
	"strings"

	"github.com/opc-source/opc-image/pkg/reference"
)

// strength says how much a text looks like an image name.
type strength int

const (
	notRef strength = iota // not an image name
	bare                   // "busybox", "a/b": a name without tag or digest
	short                  // "busybox:1.28"
	tagged                 // "apache/x:1.28"
	full                   // "quay.io/x/y:1.28", or anything with a digest
)

// maxRef bounds an image name: 255 for the name, 128 for the tag, the digest.
const maxRef = 512

// unreadable are characters that no image name holds; they tell an expression,
// a template leftover or prose.
const unreadable = " \t\r\n{}$()<>\"'`,;=*?&|%"

// readRef reads an image name. schemes such as oci:// are dropped. The returned
// strength is notRef when text is not an image name.
func readRef(text string) (reference.Ref, strength) {
	for _, scheme := range []string{"oci://", "docker://", "docker-pullable://"} {
		text = strings.TrimPrefix(text, scheme)
	}
	if text == "" || len(text) > maxRef || strings.ContainsAny(text, unreadable) ||
		strings.Contains(text, "://") || strings.Contains(text, leftover) {
		return reference.Ref{}, notRef
	}
	ref, err := reference.Parse(text)
	if err != nil {
		return reference.Ref{}, notRef
	}
	return ref, rate(text, ref)
}

func rate(text string, ref reference.Ref) strength {
	last := text[strings.LastIndex(text, "/")+1:]
	named := strings.Contains(last, ":") || ref.Digest != ""
	switch {
	case ref.Digest != "":
		return full
	case !named:
		return bare
	case hasHost(text):
		return full
	case strings.Contains(text, "/"):
		return tagged
	}
	return short
}

// hasHost reports whether a name starts with a registry, by docker's rule.
func hasHost(text string) bool {
	host, _, found := strings.Cut(text, "/")
	return found && (strings.ContainsAny(host, ".:") || host == "localhost")
}

// releaseTag matches tags as images carry them: with a digit, or a usual word.
var releaseTag = regexp.MustCompile(`\d|^(latest|stable|main|master|edge|nightly|dev)$`)

// released reports whether a name has the tag of a release, or a digest.
func released(ref reference.Ref) bool { return ref.Digest != "" || releaseTag.MatchString(ref.Tag) }

// domain matches a registry host with a plausible top-level part.
var domain = regexp.MustCompile(`^([a-z0-9-]+\.)+[a-z]{2,}(:\d+)?$|^localhost(:\d+)?$|^\d+(\.\d+){3}(:\d+)?$|^[a-z0-9-]+:\d+$`)

// looksLike reports whether text is an image name in a place where nothing says
// that it should be one. It asks for a repository path and a release tag.
func looksLike(text string) (reference.Ref, bool) {
	if !strings.Contains(text, "/") || !strings.ContainsAny(text, ":@") {
		return reference.Ref{}, false
	}
	ref, s := readRef(text)
	if s < tagged || !released(ref) {
		return reference.Ref{}, false
	}
	if hasHost(text) {
		return ref, domain.MatchString(ref.Domain)
	}
	// "group/name:port" and "system/user:1" are commoner than images here.
	return ref, ref.Digest != "" || !onlyDigits(ref.Tag)
}

func onlyDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }
