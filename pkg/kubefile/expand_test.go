package kubefile

import (
	"errors"
	"io/fs"
	"strings"
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
		{"COPY --chown=10:20 --chmod=4755 a /b/../c", Copy{Sources: words("a"), Dest: Dest{Path: "c"}, Owner: Owner{10, 20}, Mode: mode(0o755 | fs.ModeSetuid)}},
		{"COPY --chown=root a ../..", Copy{Sources: words("a"), Dest: root}},
		{"ADD --checksum=" + sum + " https://example.com/a.tgz x/", Add{Copy{Sources: words("https://example.com/a.tgz"), Dest: Dest{Path: "x", Dir: true}}, sum}},
		{"ADD --chown=7 a.tar b", Add{Copy: Copy{Sources: words("a.tar"), Dest: Dest{Path: "b"}, Owner: Owner{7, 7}}}},
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

func TestExpandArguments(t *testing.T) {
	t.Parallel()
	const text = `ARG V=1 G=global P
FROM a:$V
ARG G
ARG D=default N TARGETARCH
ENV E=first
ENV E=second F=$E
ARG E=hidden
RUN true
LABEL v="$V" g=$G d=$D n=$N e=$E f=$F base=$BASE platform=$TARGETPLATFORM arch=$ARCH
`
	tests := []struct {
		name  string
		opts  ExpandOptions
		image string
		env   string
		label string
	}{
		{"defaults", ExpandOptions{}, "a:1",
			"D=default E=second F=first G=global TARGETARCH=amd64",
			"v= g=global d=default n= e=second f=first base= platform=linux/amd64 arch=amd64"},
		{"given", ExpandOptions{Platform: "linux/arm64/v8", BaseEnv: map[string]string{"BASE": "b"},
			BuildArgs: map[string]string{"V": "2", "D": "x", "N": "y", "HTTP_PROXY": "p"}}, "a:2",
			"BASE=b D=x E=second F=first G=global HTTP_PROXY=p N=y TARGETARCH=arm64",
			"v= g=global d=x n=y e=second f=first base=b platform=linux/arm64 arch=arm64"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			script := mustExpand(t, text, test.opts)
			if script.From.Image != test.image {
				t.Errorf("image %s, want %s", script.From.Image, test.image)
			}
			for _, step := range script.Steps {
				switch step := step.(type) {
				case Run:
					if got := strings.Join(step.Env, " "); got != test.env {
						t.Errorf("environment\n%s, want\n%s", got, test.env)
					}
				case Label:
					var got []string
					for _, v := range step.Vars {
						got = append(got, v.Name+"="+v.Value)
					}
					if strings.Join(got, " ") != test.label {
						t.Errorf("labels\n%s, want\n%s", strings.Join(got, " "), test.label)
					}
				}
			}
		})
	}
}

func TestExpandUnusedArgs(t *testing.T) {
	t.Parallel()
	script := mustExpand(t, "FROM scratch\nARG A\n", ExpandOptions{
		BuildArgs: map[string]string{"A": "", "Z": "", "B": "", "no_proxy": "", "TARGETOS": ""},
	})
	if diff := cmp.Diff([]string{"B", "Z"}, script.UnusedArgs); diff != "" {
		t.Errorf("UnusedArgs (-want +got):\n%s", diff)
	}
}

func TestExpandCommands(t *testing.T) {
	t.Parallel()
	script := mustExpand(t, "FROM scratch\nCMD [\"a\", \"b\"]\nCMD c d\nCMDS [\"e\"]\n", ExpandOptions{})
	if diff := cmp.Diff(words("a", "b", "c d", "e"), script.Commands(), bare); diff != "" {
		t.Errorf("Commands (-want +got):\n%s", diff)
	}
}

func TestExpandErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"FROM a:1 .", "K:1:10: there is text after the image; a comment needs a line of its own"},
		{"FROM $X", "K:1:6: the name of the base image is empty; give its ARG a default, or pass the build argument"},
		{"FROM a:", `K:1:6: the base image cannot be read: image name "a:": invalid reference format; write REGISTRY/REPOSITORY:TAG, scratch or profile://NAME`},
		{"FROM profile://A", `K:1:6: "A" is not the name of a profile; write profile://NAME in lower case`},
		{"FROM --platform=a/b/c/d scratch", `K:1:17: "a/b/c/d" is not a platform; write OS/ARCH, such as linux/arm64`},
		{"ARG A", "K: the file has no FROM; begin with FROM; FROM scratch has no base"},
		{"FROM scratch\nCOPY a b c", "K:2:10: with several sources, the destination must be a directory; end it with /"},
		{"FROM scratch\nCOPY $X a", "K:2:6: the source is empty; give its variable a value"},
		{"FROM scratch\nCOPY a $X", "K:2:8: the destination is empty; write . for the root of the image"},
		{"FROM scratch\nCOPY \"a b\" c/", "K:2:6: a double quote is not closed\nK:2:9: a double quote is not closed"},
		{"FROM scratch\nCOPY --from=x a b", "K:2:6: a cluster image has no build stages to copy from; COPY takes files of the build context; use FROM for a base"},
		{"FROM scratch\nCOPY --chown=me a b", `K:2:14: "me" cannot be looked up: a cluster image has no accounts; write --chown=UID:GID in numbers`},
		{"FROM scratch\nCOPY --chmod=u+x a b", `K:2:14: "u+x" is not a file mode; write it in octal digits, such as 0755`},
		{"FROM scratch\nADD git@example.com:a b", "K:2:5: ADD cannot fetch git@example.com:a; it can be a path of the context or an http:// or https:// URL"},
		{"FROM scratch\nADD https://u:p@example.com/a b", "K:2:5: the URL of example.com holds credentials; keep them in the docker configuration"},
		{"FROM scratch\nADD --checksum=md5:a https://example.com/a b", `K:2:16: "md5:a" is not a checksum; write sha256: and 64 hexadecimal digits`},
		{"FROM scratch\nADD --checksum=sha256:" + strings.Repeat("0", 64) + " a b", "K:2:5: --checksum needs one http:// or https:// source; give each download an ADD of its own"},
		{"FROM scratch\nRUN --network=bridge a", `K:2:15: there is no network "bridge"; it can be default, none or host`},
		{"FROM scratch\nAPP ../x local://a", `K:2:5: "../x" cannot be the name of an app; use letters, digits, '.', '_' and '-'`},
		{"FROM scratch\nAPP x a.yaml", `K:2:7: "a.yaml" has no scheme; write local://a.yaml for a path of the context`},
		{"FROM scratch\nCMDS kubectl get", `K:2:6: the commands of CMDS are a JSON array; write CMDS ["COMMAND"]`},
		{"FROM scratch\nENV =a", `K:2:5: "" is not a name; write ENV NAME=VALUE`},
		{"FROM scratch\nARG =a", "K:2:5: the argument has no name; write ARG NAME[=DEFAULT]"},
		{"FROM scratch\nAPP a local://a\nAPPENV [\"a\", \"b\"]", "K:3:14: b has no =; write APPENV APP NAME=VALUE"},
		{"FROM scratch\nENV A=${B:?unset}", "K:2:5: B: unset"},
	}
	for _, test := range tests {
		f, err := Parse("K", strings.NewReader(test.text), Limits{})
		if err != nil {
			t.Errorf("%s: Parse: %v", test.text, err)
			continue
		}
		_, err = Expand(f, ExpandOptions{})
		var problems Problems
		if !errors.As(err, &problems) {
			t.Errorf("%s: error %v, want %q", test.text, err, test.want)
			continue
		}
		if got := err.Error(); got != test.want {
			t.Errorf("%s:\n%s, want\n%s", test.text, got, test.want)
		}
	}
}

func TestExpandPlatformErrors(t *testing.T) {
	t.Parallel()
	_, err := Expand(mustParse(t, "FROM scratch"), ExpandOptions{Platform: "a/b/c/d", BuildPlatform: "%/x"})
	if err == nil || strings.Count(err.Error(), "is not a platform") != 2 {
		t.Errorf("error %v, want two about platforms", err)
	}
}
