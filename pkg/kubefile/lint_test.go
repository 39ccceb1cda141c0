package kubefile

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// lintCases has for each rule files that break it and files that do not. The
// wanted text begins with the rule's ID.
var lintCases = []struct {
	text string
	base []string // BaseApps
	want []string
}{
	{"FROM scratch\nAPP a local://a\nCNI a local://a\n", nil, []string{
		`app-duplicate K:3:5: the app "a" is declared already in line 2; rename it, or give the first one all the sources`}},
	{"FROM scratch\nAPP odd local://odd local://a\nAPP done local://odd\nAPPCMDS done [\"x\"]\n", nil, []string{
		`app-needs-cmds K:2:5: the files of the app "odd" do not tell how to launch it: local://odd local://a is neither a chart nor only .yaml nor only .sh files; add APPCMDS odd ["…"]`}},
	{"FROM scratch\nAPP web local://a\nAPPCMDS wep [\"x\"]\nAPPENV xyzzy A=1\nLAUNCH web b\n", nil, []string{
		`app-unknown K:3:9: APPCMDS names the app "wep", which is not declared above; did you mean web?`,
		`app-unknown K:4:8: APPENV names the app "xyzzy", which is not declared above; declare it with APP xyzzy local://PATH`,
		`app-unknown K:5:12: LAUNCH names the app "b", which is not declared above; declare it with APP b local://PATH`}},
	{"FROM a/b:1\nLAUNCH any\n", nil, nil}, // the base may have it
	{"FROM a/b:1\nLAUNCH one two\n", []string{"one"}, []string{
		`app-unknown K:2:12: LAUNCH names the app "two", which is not declared above; declare it with APP two local://PATH`}},
	{"FROM scratch\nCOPY ../a x\nADD [\"a/../../b\", \"x\"]\nAPP a local://../c\n", nil, []string{
		"context-outside K:2:6: ../a leads out of the build context; move the files into the context, or build in a directory above",
		"context-outside K:3:6: a/../../b leads out of the build context; move the files into the context, or build in a directory above",
		"context-outside K:4:7: ../c leads out of the build context; move the files into the context, or build in a directory above"}},
	{"FROM scratch\nCOPY absent *.none excluded a/ x/\nADD a[ x\n", nil, []string{
		"context-missing K:2:6: absent matches no file of the build context; correct the path, or the .dockerignore that excludes it",
		"context-missing K:2:13: *.none matches no file of the build context; correct the path, or the .dockerignore that excludes it",
		"context-missing K:2:20: excluded matches no file of the build context; correct the path, or the .dockerignore that excludes it",
		"context-missing K:3:5: the wildcards of a[ cannot be read: syntax error in pattern"}},
	{"ENV A=1\nARG B\nFROM scratch\nFROM a:1\n", nil, []string{
		"from-once K:1:1: ENV stands before FROM; move it behind FROM",
		"from-once K:4:1: there is a FROM already, in line 3; compose several images by their apps"}},
	{"FROM scratch\nAPP a local://a\nCMD x\nLAUNCH a\n", nil, []string{
		"cmd-deprecated K:3:1: CMD is deprecated; write CMDS [\"…\"] at the end of the file",
		"launch-conflict K:3:1: CMD does not go with the LAUNCH in line 4; make it APPCMDS of an app"}},
	{"FROM scratch\nAPP a local://a\nLAUNCH a\nCMDS [\"x\"]\n", nil, []string{
		"launch-last K:4:1: there is a LAUNCH already, in line 3; keep one of them"}},
	{"FROM scratch\nCMDS [\"x\"]\nCOPY a b\n", nil, []string{
		"launch-last K:2:1: CMDS has to be the last instruction; move it to the end"}},
	{"FROM scratch\nADD https://example.com/x a https://example.com/y b/\n", nil, []string{
		"add-checksum K:2:5: the download https://example.com/x is not checked; write ADD --checksum=sha256:…",
		"add-checksum K:2:29: the download https://example.com/y is not checked; write ADD --checksum=sha256:…"}},
	{"FROM scratch\nADD --checksum=sha256:" + strings.Repeat("0", 64) + " https://example.com/x a\n", nil, nil},
	{"FROM scratch\nAPP a local://a\nAPPCMDS a [\"x\"]\nAPPCMDS a [\"y\"]\n", nil, []string{
		`appcmds-replaced K:3:1: these commands of the app "a" are replaced in line 4; remove it`}},
	{"FROM scratch\nAPP a helm://e.org/c oci://e.org/d oci://e.org/d:1 component://e\n", nil, []string{
		`chart-version K:2:7: the chart "c" has no version; write helm://e.org/c@1.2.3 or whichever version it is`,
		`chart-version K:2:22: the chart "d" has no version; write oci://e.org/d:1.2.3 or whichever version it is`}},
	{"FROM scratch\nENV A b\nLABEL c d\n", nil, []string{
		"env-legacy K:2:5: A is set without =; write ENV NAME=VALUE",
		"env-legacy K:3:7: c is set without =; write LABEL NAME=VALUE"}},
	{"FROM a/b\n", nil, []string{"from-tag K:1:6: the base image a/b is whatever is newest; name a version"}},
	{"FROM e.org:5000/a/b:latest\n", nil, []string{"from-tag K:1:6: the base image e.org:5000/a/b:latest is whatever is newest; name a version"}},
	{"FROM a/b@sha256:" + strings.Repeat("0", 64) + "\n", nil, nil},
	{"FROM profile://base\n", nil, nil},
	{"FROM a:1 # the base\nCOPY a b # c d\nAPP x local://a #\nCOPY # a b/\n", nil, []string{
		"inline-comment K:1:10: a comment stands behind the arguments of FROM; put it on a line of its own",
		"inline-comment K:2:10: a comment stands behind the arguments of COPY; put it on a line of its own",
		"inline-comment K:3:17: a comment stands behind the arguments of APP; put it on a line of its own",
		"context-missing K:4:6: # matches no file of the build context; correct the path, or the .dockerignore that excludes it"}},
	{"FROM scratch\nRUN ['a', 'b']\nRUN [ -f a ]\n", nil, []string{
		"json-lookalike K:2:5: this looks like a JSON array and is not one; strings stand in double quotes, with commas between them"}},
	{"FROM scratch\nMAINTAINER me\n", nil, []string{
		"maintainer-deprecated K:2:1: MAINTAINER is deprecated; write LABEL org.opencontainers.image.authors=…"}},
	{"FROM scratch\nARG A\nLABEL a=$A b=${B:-x} c=$C d=\\$D e=$TARGETARCH\n", nil, []string{
		"variable-undefined K:3:22: the variable C has no value; declare it with ARG C=…"}},
}

func lintContext(t *testing.T) *Context {
	return NewContext(fstest.MapFS{
		"a/app.yaml": {}, "odd/app.yaml": {}, "odd/install.sh": {}, "excluded": {},
	}, mustIgnore(t, "excluded"))
}

func TestLint(t *testing.T) {
	t.Parallel()
	for _, test := range lintCases {
		f, err := Parse("K", strings.NewReader(test.text), Limits{})
		if err != nil {
			t.Fatalf("%s: %v", test.text, err)
		}
		var got []string
		for _, p := range Lint(f, LintOptions{ExpandOptions: ExpandOptions{BaseApps: test.base}, Context: lintContext(t)}) {
			got = append(got, p.Rule+" "+p.Error())
		}
		slices.Sort(got)
		want := slices.Sorted(slices.Values(test.want))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{}
	for _, test := range lintCases {
		for _, line := range test.want {
			id, _, _ := strings.Cut(line, " ")
			tested[id] = true
		}
	}
	seen := map[string]bool{}
	for _, rule := range Rules() {
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(rule.ID) || seen[rule.ID] {
			t.Errorf("the ID %q is not unique or not well formed", rule.ID)
		}
		seen[rule.ID] = true
		if rule.Title == "" || !strings.HasSuffix(rule.Doc, ".") && !strings.HasSuffix(rule.Doc, "…") || rule.Check == nil {
			t.Errorf("the rule %s lacks a title, a text or a check", rule.ID)
		}
		if !tested[rule.ID] {
			t.Errorf("no case tests the rule %s", rule.ID)
		}
	}
}

func TestLintDisable(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "FROM a/b\nCOPY ../x y\n")
	got := Lint(f, LintOptions{Disable: []string{"from-tag", "context-outside"}})
	if len(got) != 1 || got[0].Rule != "context-outside" {
		t.Errorf("problems %v, want only the error, which cannot be disabled", got)
	}
}

func TestLintOwnRules(t *testing.T) {
	t.Parallel()
	rule := Rule{ID: "mine", Severity: Warning, Check: func(p *Pass) {
		p.Report(p.File.Instructions[0].Pos, "hint", "no %s", "good")
	}}
	got := Lint(mustParse(t, "FROM a/b\n"), LintOptions{Rules: []Rule{rule}})
	want := Problems{{Pos: Position{"Kubefile", 1, 1}, Rule: "mine", Severity: Warning, What: "no good", Hint: "hint"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// Expand reports what makes a build impossible and nothing else.
func TestExpandRunsErrorRules(t *testing.T) {
	t.Parallel()
	_, err := Expand(mustParse(t, "FROM a\nCOPY ../x y\nMAINTAINER me\n"), ExpandOptions{})
	want := "Kubefile:2:6: ../x leads out of the build context; move the files into the context, or build in a directory above"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
