package discover

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestTablesAreStrict(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, table, want string }{
		{"unknown key", "operators: []\nextras: []", "field extras not found"},
		{"no name", "operators: [{group: a, rules: [{kinds: [A], image: ['{x}']}]}]", "name and rules are required"},
		{"no kinds", "operators: [{name: a, rules: [{image: ['{x}']}]}]", "kinds is required"},
		{"image and cue", "operators: [{name: a, rules: [{kinds: [A], image: ['{x}'], cue: y}]}]", "either image or cue"},
		{"neither", "operators: [{name: a, rules: [{kinds: [A]}]}]", "either image or cue"},
		{"confidence", "operators: [{name: a, rules: [{kinds: [A], image: ['{x}'], confidence: maybe}]}]", `confidence "maybe"`},
		{"open brace", "operators: [{name: a, rules: [{kinds: [A], image: ['{x']}]}]", "{ without }"},
		{"bad path", "operators: [{name: a, rules: [{kinds: [A], image: ['{a..b}']}]}]", "empty step"},
		{"bad index", "operators: [{name: a, rules: [{kinds: [A], image: ['{a[0]}']}]}]", `want [*] or ["key"]`},
		{"bad condition", "operators: [{name: a, rules: [{kinds: [A], image: ['{x}'], when: ['a~(']}]}]", "condition"},
		{"bad expression", "env: [{id: a, name: '('}]", "missing closing"},
		{"bad strength", "args: [{id: a, name: x, accept: strong}]", "accept is one of"},
		{"ignore without reason", "ignore: [{id: a, image: x}]", "reason"},
	}
	for _, test := range tests {
		_, err := loadRules(fstest.MapFS{"rules/t.yaml": {Data: []byte(test.table)}})
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "t.yaml") {
			t.Errorf("%s: error %v, want one with %q", test.name, err, test.want)
		}
	}
}

func TestEveryOperatorHasACase(t *testing.T) {
	t.Parallel()
	set, err := builtinRules()
	if err != nil {
		t.Fatal(err)
	}
	wants := readCorpus(t)
	for _, op := range set.Operators {
		if !strings.Contains(wants, "(operator/"+op.Name+")") {
			t.Errorf("operator %s: no case in testdata/discovery finds an image by its rules", op.Name)
		}
	}
	for prefix, rules := range map[string][]nameRule{"env/": set.Env, "arg/": set.Args, "annotation/": set.Annotations} {
		for _, r := range rules {
			if !strings.Contains(wants, "("+prefix+r.ID+")") {
				t.Errorf("rule %s%s: no case in testdata/discovery finds an image by it", prefix, r.ID)
			}
		}
	}
	for _, r := range set.Ignore {
		if !strings.Contains(wants, "(ignore/"+r.ID+")") {
			t.Errorf("ignore %s: no case in testdata/discovery skips an image by it", r.ID)
		}
	}
}
