package kubefile

import (
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// bare makes cmp compare steps without instructions and positions.
var bare = cmp.Options{
	cmpopts.IgnoreTypes(Position{}, Origin{}), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(Script{}),
}

func words(texts ...string) []Word {
	out := make([]Word, len(texts))
	for i, text := range texts {
		out[i].Text = text
	}
	return out
}

func mustExpand(t *testing.T, text string, opts ExpandOptions) *Script {
	t.Helper()
	script, err := Expand(mustParse(t, text), opts)
	if err != nil {
		t.Fatalf("Expand: %v", err)
	}
	return script
}

func TestExpandSteps(t *testing.T) {
	t.Parallel()
	mode := func(m fs.FileMode) *fs.FileMode { return &m }
	const sum = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	root := Dest{Path: ".", Dir: true}
	tests := []struct {
		line string
		want Step
	}{
		{`ENV A=$ARCH B='$ARCH' "C"="x y"`, Env{Vars: []Var{{Name: "A", Value: "arm64"}, {Name: "B", Value: "$ARCH"}, {Name: "C", Value: "x y"}}}},
		{`env A value  with "blanks"`, Env{Vars: []Var{{Name: "A", Value: "value  with blanks"}}}},
		{`LABEL "a.b/c"="d"`, Label{Vars: []Var{{Name: "a.b/c", Value: "d"}}}},
		{"MAINTAINER Jane $ARCH", Maintainer{Name: "Jane $ARCH"}},
		{"KUBEVERSION >=1.28 <1.31", KubeVersion{Version: ">=1.28 <1.31"}},
		{"COPY ${ARCH}/bin a .", Copy{Sources: words("arm64/bin", "a"), Dest: root}},
		{`COPY ["it's", "b c/"]`, Copy{Sources: words("it's"), Dest: Dest{Path: "b c", Dir: true}}},
		{"COPY --chown=10:20 --chmod=4755 a /b/../c", Copy{Sources: words("a"), Dest: Dest{Path: "c"}, Owner: &Owner{10, 20}, Mode: mode(0o755 | fs.ModeSetuid)}},
		{"COPY a b # a comment", Copy{Sources: words("a"), Dest: Dest{Path: "b"}}},
		{"COPY --chown=root a ../..", Copy{Sources: words("a"), Dest: root, Owner: &Owner{}}},
		{"ADD --checksum=" + sum + " https://example.com/a.tgz x/", Add{Copy{Sources: words("https://example.com/a.tgz"), Dest: Dest{Path: "x", Dir: true}}, sum}},
		{"ADD --chown=7 a.tar b", Add{Copy: Copy{Sources: words("a.tar"), Dest: Dest{Path: "b"}, Owner: &Owner{7, 7}}}},
		{"RUN echo $ARCH \\\n  done", Run{Shell: "echo $ARCH   done", Network: "default"}},
		{`RUN --network=none ["a", "$b"]`, Run{Exec: []string{"a", "$b"}, Network: "none"}},
		{"APP web local://$ARCH component://redis", App{Name: Word{Text: "web"}, Sources: []Source{
			{Word: Word{Text: "local://arm64"}, Path: "arm64"},
			{Word: Word{Text: "component://redis"}, Kind: Component, Component: "redis"},
		}}},
		{`APP ["web", "local://a b"]`, App{Name: Word{Text: "web"}, Sources: []Source{{Word: Word{Text: "local://a b"}, Path: "a b"}}}},
		{`CMDS ["kubectl get $X", "b"]`, Cmds{Commands: words("kubectl get $X", "b")}},
		{`CMD ["a", "b"]`, Cmd{Commands: words("a", "b")}},
		{"CMD kubectl -p '{\"a\": 1}' && $X", Cmd{Commands: words("kubectl -p '{\"a\": 1}' && $X")}},
		{"CMD", Cmd{}},
		{"LAUNCH []", Launch{}},
	}
	for _, test := range tests {
		script := mustExpand(t, "FROM scratch\n"+test.line+"\n", ExpandOptions{Platform: "linux/arm64"})
		if diff := cmp.Diff([]Step{test.want}, script.Steps, bare); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.line, diff)
		}
	}
}

func TestExpandApps(t *testing.T) {
	t.Parallel()
	script := mustExpand(t, `FROM scratch
ARG NAME=web
APP $NAME local://a
CNI calico local://calico
APPCMDS ${NAME} ["run $NAME"]
APPENV web A=$NAME B="x y"
APPENV ["web", "C=d"]
launch $NAME calico
`, ExpandOptions{})
	app := Word{Text: "web"}
	want := []Step{
		App{Name: app, Sources: []Source{{Word: Word{Text: "local://a"}, Path: "a"}}},
		App{Name: Word{Text: "calico"}, Sources: []Source{{Word: Word{Text: "local://calico"}, Path: "calico"}}},
		AppCmds{App: app, Commands: words("run $NAME")},
		AppEnv{App: app, Vars: []Var{{Name: "A", Value: "web"}, {Name: "B", Value: "x y"}}},
		AppEnv{App: app, Vars: []Var{{Name: "C", Value: "d"}}},
		Launch{Apps: words("web", "calico")},
	}
	if diff := cmp.Diff(want, script.Steps, bare); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if got := script.Steps[1].Keyword(); got != "CNI" {
		t.Errorf("keyword %s, want CNI", got)
	}
	if got := script.Steps[1].At(); got != (Position{"Kubefile", 4, 1}) {
		t.Errorf("position %v", got)
	}
	if diff := cmp.Diff(words("web", "calico"), script.LaunchApps(), bare); diff != "" {
		t.Errorf("LaunchApps (-want +got):\n%s", diff)
	}
}

func TestExpandFrom(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want From
	}{
		{"FROM scratch", From{Scratch: true}},
		{"FROM profile://base", From{Profile: "base"}},
		{"ARG V=1\nFROM kubernetes:$V AS base", From{Image: "kubernetes:1"}},
		{"FROM --platform=$BUILDPLATFORM a/b:1", From{Image: "a/b:1", Platform: "linux/amd64"}},
		{"FROM --platform=arm64 a/b:1", From{Image: "a/b:1", Platform: "linux/arm64"}},
	}
	for _, test := range tests {
		script := mustExpand(t, test.text, ExpandOptions{Platform: "linux/arm64", BuildPlatform: "linux/amd64"})
		if diff := cmp.Diff(test.want, script.From, bare); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
}
