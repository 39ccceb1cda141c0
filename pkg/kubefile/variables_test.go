package kubefile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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

// Doubling a variable again and again must not eat the memory.
func TestExpandBound(t *testing.T) {
	t.Parallel()
	text := "FROM scratch\nENV a=0123456789\n" + strings.Repeat("ENV a=$a$a\n", 60) + "RUN true\n"
	_, err := Expand(mustParse(t, text), ExpandOptions{})
	want := "the values of variables exceed the bound of 16777216 bytes; shorten them"
	if err == nil || strings.Count(err.Error(), want) != 1 {
		t.Errorf("error %v, want once %s", err, want)
	}
	text = "FROM scratch\nENV a=0123456789\n" + strings.Repeat("ENV a=$a$a\n", 10) + strings.Repeat("RUN true\n", 2000)
	if _, err = Expand(mustParse(t, text), ExpandOptions{}); err == nil || strings.Count(err.Error(), want) != 1 {
		t.Errorf("environment: error %v, want once %s", err, want)
	}
}
