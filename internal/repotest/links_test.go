package repotest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	fence   = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	code    = regexp.MustCompile("`[^`\n]*`")
	link    = regexp.MustCompile(`\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *#*$`)
	scheme  = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`)
)

func TestLinksOfDocuments(t *testing.T) {
	t.Parallel()
	each(t, ".md", func(t *testing.T, name string, content []byte) {
		if strings.Contains("/"+name, "/testdata/") {
			return
		}
		text := code.ReplaceAllString(fence.ReplaceAllString(string(content), ""), "")
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			if problem := follow(name, match[1]); problem != "" {
				t.Errorf("%s: link to %s: %s", name, match[1], problem)
			}
		}
	})
}

// follow tells what is wrong with a link in a document, "" when nothing is or
// it leads out of the repository.
func follow(document, target string) string {
	if scheme.MatchString(target) {
		return ""
	}
	file, anchor, _ := strings.Cut(target, "#")
	full := filepath.Join(top, document)
	if file != "" {
		full = filepath.Join(top, filepath.Dir(document), file)
	}
	if _, err := os.Stat(full); err != nil {
		return "no such file"
	}
	if anchor == "" || filepath.Ext(full) != ".md" {
		return ""
	}
	content, err := os.ReadFile(full)
	if err != nil {
		return err.Error()
	}
	for _, match := range heading.FindAllStringSubmatch(fence.ReplaceAllString(string(content), ""), -1) {
		if slug(match[1]) == anchor {
			return ""
		}
	}
	return "no such heading"
}

// slug is the anchor that GitHub gives a heading.
func slug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		case r == ' ':
			return '-'
		}
		return -1
	}, heading)
}

func TestFollow(t *testing.T) {
	t.Parallel()
	for target, works := range map[string]bool{
		"../../LICENSE": true, "https://example.com/x": true, "mailto:a@example.com": true,
		"../../CONTRIBUTING.md#how-the-code-is-laid-out": true,
		"nowhere.md": false, "../../CONTRIBUTING.md#nowhere": false, "#nowhere": false,
	} {
		if problem := follow("docs/adr/README.md", target); (problem == "") != works {
			t.Errorf("%s: %q", target, problem)
		}
	}
}
