package compose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/compose"
)

var archs = map[string]string{
	"amd64/bin/tool*": "amd", "arm64/bin/tool*": "arm", "arm64/bin/extra": "extra",
	"both": "both", "all/bin/tool": "over",
}

func twoPlatforms(r *compose.Request) { r.Platforms = []string{"linux/amd64", "linux/arm64"} }

// TestJoin marks what only one platform has, and keeps the order of each.
func TestJoin(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ kubefile, want string }{
		"nothing differs": {"COPY both .", "-rw-r--r-- both = both\n"},
		"a directory": {"COPY both .\nCOPY ${ARCH} .\nCOPY all/ .", `-rw-r--r-- both = both
drwxr-xr-x bin
-rw-r--r-- bin/extra [linux/arm64] = extra
-rwxr-xr-x bin/tool [linux/amd64] = amd
-rwxr-xr-x bin/tool [linux/arm64] = arm
drwxr-xr-x bin
-rw-r--r-- bin/tool = over
`},
		"TARGETARCH": {"ARG TARGETARCH\nADD https://x.example/$TARGETARCH.tgz opt/x", `-rw------- opt/x [linux/amd64] <- https://x.example/amd64.tgz
-rw------- opt/x [linux/arm64] <- https://x.example/arm64.tgz
`},
		"the same file at another place": {"ARG TARGETARCH\nCOPY both /\nCOPY both ${TARGETARCH}/\nCOPY both /", `-rw-r--r-- both = both
-rw-r--r-- amd64/both [linux/amd64] = both
-rw-r--r-- arm64/both [linux/arm64] = both
-rw-r--r-- both = both
`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(t, fixture{kubefile: test.kubefile, context: archs, request: twoPlatforms})
			got := list(t, p.Files)
			if sortLines(got) != sortLines(test.want) {
				t.Error(cmp.Diff(test.want, got))
			}
			for _, platform := range p.Platforms {
				alone := plan(t, fixture{kubefile: test.kubefile, context: archs, request: func(r *compose.Request) {
					r.Platforms = []string{platform}
				}})
				var mine []compose.File
				for _, f := range p.Files {
					if f.Platform == "" || f.Platform == platform {
						f.Platform = ""
						mine = append(mine, f)
					}
				}
				if diff := cmp.Diff(list(t, alone.Files), list(t, mine)); diff != "" {
					t.Errorf("%s: %s", platform, diff)
				}
			}
		})
	}
}

func sortLines(text string) string {
	lines := strings.SplitAfter(text, "\n")
	strings.Join(lines, "")
	counts := map[string]int{}
	for _, l := range lines {
		counts[l]++
	}
	var b strings.Builder
	for _, l := range sortedKeys(counts) {
		b.WriteString(strings.Repeat(l, counts[l]))
	}
	return b.String()
}

func TestJoinDownloads(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: "ADD https://x.example/all a/\nADD https://x.example/$ARCH b", request: twoPlatforms})
	want := []compose.Download{
		{Source: "https://x.example/all", For: "the Kubefile"},
		{Source: "https://x.example/amd64", For: "the Kubefile", Platforms: []string{"linux/amd64"}},
		{Source: "https://x.example/arm64", For: "the Kubefile", Platforms: []string{"linux/arm64"}},
	}
	if diff := cmp.Diff(want, p.Downloads); diff != "" {
		t.Error(diff)
	}
}

func TestJoinRuns(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: "ENV A=1\nRUN one\nARG TARGETARCH\nRUN [\"two\", \"x\"]", request: twoPlatforms})
	want := []compose.Run{
		{Command: []string{"/bin/sh", "-c", "one"}, Env: []string{"A=1"}, Network: "default", Position: "Kubefile:3:1"},
		{Command: []string{"two", "x"}, Network: "default", Position: "Kubefile:5:1", EnvFor: map[string][]string{
			"linux/amd64": {"A=1", "TARGETARCH=amd64"}, "linux/arm64": {"A=1", "TARGETARCH=arm64"},
		}},
	}
	if diff := cmp.Diff(want, p.Runs); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"A=1", "TARGETARCH=arm64"}, p.Runs[1].On("linux/arm64").Env); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(p.Runs[0], p.Runs[0].On("linux/arm64")); diff != "" {
		t.Error(diff)
	}
}

func TestJoinMetadata(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: "ENV A=1\nLABEL b=2", request: twoPlatforms})
	if p.MetadataFor != nil || p.On("linux/arm64").Labels["b"] != "2" {
		t.Errorf("the same for both: %+v", p)
	}
	p = plan(t, fixture{kubefile: "ENV A=1 B=${ARCH}\nLABEL b=2", request: twoPlatforms})
	for _, arch := range []string{"amd64", "arm64"} {
		want := compose.Metadata{Env: []string{"A=1", "B=" + arch}, Labels: map[string]string{"b": "2"}}
		if diff := cmp.Diff(want, p.On("linux/"+arch)); diff != "" {
			t.Error(diff)
		}
	}
	if len(p.Env) != 0 || len(p.Labels) != 0 {
		t.Errorf("for all: %v, %v", p.Env, p.Labels)
	}
	if p = plan(t, fixture{kubefile: "LABEL b=${ARCH}", request: twoPlatforms}); p.On("linux/arm64").Labels["b"] != "arm64" {
		t.Errorf("labels: %+v", p.MetadataFor)
	}
}

func TestJoinRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ kubefile, want string }{
		"apps": {"APP x https://x.example/${ARCH}.yaml", "another APP for linux/arm64 than for linux/amd64; only files, ENV, LABEL and the environment of RUN may"},
		"more": {"FROM r.example/base:${ARCH}\nAPP x https://x.example/${ARCH}.yaml", "another FROM, APP for"},
		"base": {"FROM r.example/base:${ARCH}", "another FROM for"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := build(t, fixture{kubefile: test.kubefile, request: twoPlatforms})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v\n  want %s", err, test.want)
			}
		})
	}
}
