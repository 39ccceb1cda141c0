package kubefile

import (
	"errors"
	"strings"
	"testing"
)

func TestExpandErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"FROM a:1 .", "K:1:10: there is text after the image; write FROM [--platform=OS/ARCH] IMAGE"},
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
