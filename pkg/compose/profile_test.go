package compose_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/kubefile"
)

var profiles = map[string]string{
	"base": "FROM scratch\nENV WHO=base PORT=1\nLABEL who=base\nCOPY base.txt .\nAPP one local://base.txt\nAPPCMDS one [\"true\"]\nLAUNCH one",
	"mid":  "FROM profile://base\nENV WHO=mid\nRUN touch mid\nAPP two https://x.example/$WHO-$PORT.yaml\nLAUNCH two one",
	"run":  "FROM scratch\nCMDS [\"true\"]",
	"a":    "FROM profile://b",
	"b":    "FROM profile://a",
	"self": "FROM profile://self",
	"bad":  "FROM scratch\nCOPY gone .",
}

// TestProfile builds on profiles: what the lowest says comes first, its
// variables hold above it, and an app is launched once.
func TestProfile(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{
		kubefile: "FROM profile://mid\nLABEL who=top\nCOPY top.txt .\nAPPENV one A=1\nLAUNCH [\"two\", \"one\"]",
		context:  map[string]string{"top.txt": "top"}, profiles: profiles,
	})
	want := `-rw-r--r-- base.txt = base
-rw-r--r-- application/apps/one/base.txt = base
-rw-r--r-- application/apps/two/mid-1.yaml phase 1 <- https://x.example/mid-1.yaml
-rw-r--r-- top.txt phase 1 = top
`
	if diff := cmp.Diff(want, list(t, p.Files)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"one", "two"}, p.Launch.AppNames); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"WHO=base", "PORT=1", "WHO=mid"}, p.Env); diff != "" {
		t.Error(diff)
	}
	if p.Labels["who"] != "top" || p.Apps[0].Env["A"] != "1" {
		t.Errorf("labels %v, apps %v", p.Labels, p.Apps)
	}
	if diff := cmp.Diff([]string{"PORT=1", "WHO=mid"}, p.Runs[0].Env); diff != "" {
		t.Error(diff)
	}
}

func TestProfileErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ kubefile, want string }{
		"circle":             {"FROM profile://a", "a/Kubefile:1:1: FROM: the profile builds on itself: a → b → a"[len("a/Kubefile:1:1: "):]},
		"on itself":          {"FROM profile://self", "self/Kubefile:1:1: FROM: the profile builds on itself: self → self"},
		"unknown":            {"FROM profile://gone", "Kubefile:1:1: FROM: profile://gone: file does not exist"},
		"error in a profile": {"FROM profile://bad", "bad/Kubefile:2:6: gone matches no file"},
		"app of the profile": {"FROM profile://base\nAPP one https://x.example/a.yaml", "Kubefile:2:1: APP: app one is declared in the profile below already"},
		"commands over apps": {"FROM profile://base\nCMDS [\"x\"]", "Kubefile:2:1: CMDS: the profile below launches apps"},
		"apps over commands": {"FROM profile://run\nAPP x https://x.example/a.yaml\nLAUNCH x", "Kubefile:3:1: LAUNCH: the profile below has commands to run"},
		"platform":           {"FROM --platform=linux/arm64 r.example/a:1", "Kubefile:1:1: FROM: the base is for linux/arm64 and this image for linux/amd64"},
		"unknown app":        {"FROM profile://base\nLAUNCH onn", `LAUNCH names the app "onn", which is not declared above; did you mean one?`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := build(t, fixture{kubefile: test.kubefile, profiles: profiles})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v\n  want %s", err, test.want)
			}
		})
	}
	_, err := build(t, fixture{kubefile: "FROM profile://base"})
	if err == nil || !strings.Contains(err.Error(), "there are no profiles here") {
		t.Errorf("without profiles: %v", err)
	}
}

// TestAllErrorsAtOnce: what FROM, the rules and single instructions find comes in
// one list, without what follows from it.
func TestAllErrorsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := build(t, fixture{profiles: profiles, context: map[string]string{"a": ""}, components: map[string]string{"one": ""}, kubefile: strings.Join([]string{
		"FROM profile://gone", "COPY missing x", "APP a component://nope", "APPCMDS a [\"x\"]", "LAUNCH a",
	}, "\n")})
	var problems kubefile.Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	want := []string{"Kubefile:1:1: FROM: ", "Kubefile:2:6: missing matches no file", "Kubefile:3:1: APP: no such component"}
	if len(problems) != len(want) {
		t.Fatalf("%d problems:\n%v", len(problems), problems)
	}
	for i, p := range problems {
		if !strings.Contains(p.Error(), want[i]) {
			t.Errorf("%s\nwant %s", p.Error(), want[i])
		}
	}
}

func TestBaseImage(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: "FROM r.example/base:1\nLAUNCH [\"theirs\"]"})
	if p.Base != "r.example/base:1" || len(p.Launch.AppNames) != 1 {
		t.Errorf("base %q, launch %v", p.Base, p.Launch)
	}
	if _, err := build(t, fixture{kubefile: "FROM scratch", request: func(r *compose.Request) { r.Platforms = []string{"plan9"} }}); err == nil {
		t.Log("a platform without a slash is completed") // by kubefile
	}
}
