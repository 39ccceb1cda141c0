package discover

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"

	"go.yaml.in/yaml/v3"
)

//go:embed rules/*.yaml
var ruleFiles embed.FS

// table is the form of every file in the rules directory; unknown keys are
// errors. docs/discovery.md explains each.
type table struct {
	Operators   []operator   `yaml:"operators"`
	Env         []nameRule   `yaml:"env"`
	Args        []nameRule   `yaml:"args"`
	Pairs       []pairRule   `yaml:"pairs"`
	Annotations []nameRule   `yaml:"annotations"`
	Ignore      []ignoreRule `yaml:"ignore"`
}

// operator says which fields of one operator's objects name images.
type operator struct {
	Name  string      `yaml:"name"`
	Group string      `yaml:"group"` // API group, with * as in path.Match; empty for core
	Rules []fieldRule `yaml:"rules"`
}

// fieldRule is one way in which an object names an image. Document, where and
// when narrow down the place; image or cue says what to take there.
type fieldRule struct {
	Kinds      []string   `yaml:"kinds"`
	Object     string     `yaml:"object"`   // regular expression for metadata.name; default every object
	Document   string     `yaml:"document"` // path of a text that holds YAML or JSON to continue in
	Where      string     `yaml:"where"`    // path to repeat for; default once, at the object
	When       []string   `yaml:"when"`     // all of "path", "!path", "path=value" hold
	Image      []string   `yaml:"image"`    // templates; the first whose {paths} are all set is used
	Cue        string     `yaml:"cue"`      // path of a CUE text whose literals are images
	Confidence Confidence `yaml:"confidence"`
	Note       string     `yaml:"note"` // for readers of the table

	group     string
	rule      string
	kinds     map[string]bool
	object    *regexp.Regexp
	document  selector
	where     selector
	when      []condition
	templates []imageTemplate
	cue       selector
}

// nameRule says which environment variables, flags or annotations hold images.
type nameRule struct {
	ID       string `yaml:"id"`
	Name     string `yaml:"name"`   // regular expression for the whole name
	List     bool   `yaml:"list"`   // the value holds several, separated by blanks, commas or "key="
	Strength string `yaml:"accept"` // weakest form taken: bare, short, tagged or full; default short
	Note     string `yaml:"note"`

	name   *regexp.Regexp
	weaker strength
}

// pairRule joins a repository and a tag that are two variables or two flags.
type pairRule struct {
	ID    string `yaml:"id"`
	Image string `yaml:"image"` // suffix of the one that holds the repository
	Tag   string `yaml:"tag"`   // suffix of the one that holds the tag
}

// ignoreRule names image values that are none.
type ignoreRule struct {
	ID     string   `yaml:"id"`
	Kinds  []string `yaml:"kinds"` // default every kind
	Path   string   `yaml:"path"`  // regular expression within the path; default every path
	Image  string   `yaml:"image"` // regular expression for the whole value
	When   []string `yaml:"when"`  // conditions at the object
	Reason string   `yaml:"reason"`

	kinds map[string]bool
	path  *regexp.Regexp
	image *regexp.Regexp
	when  []condition
}

// ruleSet is the tables, compiled.
type ruleSet struct {
	table
	byKind map[string][]*fieldRule
}

func builtinRules() (*ruleSet, error) { return loadRules(ruleFiles) }

// loadRules reads every rules/*.yaml of fsys, strictly.
func loadRules(fsys fs.FS) (*ruleSet, error) {
	names, err := fs.Glob(fsys, "rules/*.yaml")
	if err != nil {
		return nil, err
	}
	set := &ruleSet{byKind: map[string][]*fieldRule{}}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		var t table
		dec := yaml.NewDecoder(bytes.NewReader(data))
		dec.KnownFields(true)
		if err := dec.Decode(&t); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("rule table %s: %w", path.Base(name), err)
		}
		if err := set.add(t); err != nil {
			return nil, fmt.Errorf("rule table %s: %w", path.Base(name), err)
		}
	}
	return set, nil
}
