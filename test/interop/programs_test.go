package interop

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

// TestPrograms has the programs people use read the image wherever it can be.
// In a command stand TARGET, GGCR and SERVED for the image in the three
// registries, INNER for a container image inside it, TAR and DIR for what was
// saved, ONETAR and ONEDIR for one platform of it, OUT for an empty directory
// and COPY for a name in an empty registry. What follows "=" is the digest that
// the program has to print, or that a copy has to have.
func TestPrograms(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i, command := range commands {
		line, want, _ := strings.Cut(command, " = ")
		words := strings.Fields(line)
		// Some programs read no path with the characters of a whole line.
		t.Run(fmt.Sprint(words[0], i), func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(words[0]); err != nil {
				t.Skipf("%s is not in PATH", words[0])
			}
			out, places := f.places(t, line)
			args := slices.Clone(words[1:])
			for i, arg := range args {
				args[i] = places.Replace(arg)
			}
			cmd := exec.CommandContext(t.Context(), words[0], args...)
			cmd.Env = append(cmd.Environ(), "HOME="+t.TempDir())
			var stderr strings.Builder
			cmd.Stderr = &stderr
			stdout, err := cmd.Output()
			if err != nil {
				t.Fatalf("%s: %v\n%s\n%s", line, err, stdout, stderr.String())
			}
			if want != "" {
				f.compare(t, places.Replace(want), string(stdout), line, out)
			}
		})
	}
}

// places gives the words of a command their meaning; out is OUT or COPY.
func (f *fixture) places(t *testing.T, line string) (out string, places *strings.Replacer) {
	out = t.TempDir()
	if strings.Contains(line, "COPY") {
		out = newRegistry(t) + "/copy/of:v1"
	}
	host, _, _ := strings.Cut(f.served, "/")
	return out, strings.NewReplacer(
		"TARGETHOST", f.client.Target.Address(), "SERVEDHOST", host,
		"TARGET", f.target, "GGCR", f.ggcr, "SERVED", f.served, "INNERDIGEST", f.innerDigest,
		"INNERREPO", f.inner[:strings.LastIndex(f.inner, ":")], "INNER", f.inner,
		"ONETAR", f.oneTar, "ONEDIR", f.oneDir+":"+f.target, "TAR", f.tar, "DIR", f.dir,
		"OUT", out, "COPY", out, "AMD64", f.manifest(t, "linux/amd64").Digest.String(), "DIGEST", f.image.Descriptor.Digest.String(),
	)
}

// compare holds a digest against what was printed, or the copy that was made.
func (f *fixture) compare(t *testing.T, want, stdout, line, out string) {
	t.Helper()
	var got string
	switch {
	case strings.Contains(line, "COPY"):
		got = digestAt(t, out)
	case strings.Contains(line, "OUT"):
		got = digestIn(t, filepath.Join(out, "x"))
	case strings.Contains(line, "--raw") || strings.Contains(line, " manifest "):
		got = digest.FromString(stdout).String()
	default:
		got = strings.TrimSpace(stdout)
	}
	if got != want {
		t.Errorf("%s: digest %s, want %s", line, got, want)
	}
}

// commands are what is run.
var commands = append(everywhere("TARGET", "GGCR", "SERVED"), []string{
	"crane digest INNER = INNERDIGEST",
	"crane digest INNERREPO@INNERDIGEST = INNERDIGEST",
	"crane validate --remote INNER --platform linux/amd64",
	"crane pull --platform linux/arm64 INNER OUT/x.tar",
	"crane catalog SERVEDHOST",
	"oras copy --from-plain-http --to-plain-http SERVED COPY = DIGEST",
	"oras copy --from-oci-layout TAR@DIGEST --to-plain-http COPY = DIGEST",
	"oras manifest fetch --oci-layout DIR@DIGEST = DIGEST",
	"oras repo tags --plain-http INNERREPO",
	"oras manifest fetch --plain-http INNERREPO@INNERDIGEST = INNERDIGEST",
	"regctl --host reg=SERVEDHOST,tls=disabled image digest INNER = INNERDIGEST",
	"regctl --host reg=SERVEDHOST,tls=disabled image inspect -p linux/amd64 INNER",
	"regctl image digest ocidir://DIR@DIGEST = DIGEST",
	"skopeo inspect --raw oci-archive:TAR = DIGEST",
	"skopeo inspect --raw oci-archive:ONETAR = AMD64",
	"skopeo copy --all --preserve-digests --dest-tls-verify=false oci-archive:TAR docker://COPY = DIGEST",
	"skopeo copy --all --preserve-digests oci-archive:TAR oci:OUT/x:x = DIGEST",
	"skopeo copy --preserve-digests oci-archive:ONETAR oci:OUT/x:x = AMD64",
	"skopeo inspect --tls-verify=false --raw docker://INNER = INNERDIGEST",
	"skopeo inspect --tls-verify=false --raw docker://INNERREPO@INNERDIGEST = INNERDIGEST",
	"skopeo copy --src-tls-verify=false --override-arch arm64 docker://INNER oci-archive:OUT/x.tar:x",
	"umoci stat --image ONEDIR",
	"regctl --host reg=TARGETHOST,tls=disabled image digest TARGET = DIGEST",
	"regctl --host reg=TARGETHOST,tls=disabled image export TARGET OUT/x.tar",
	"regctl --host reg=SERVEDHOST,tls=disabled image copy SERVED ocidir://OUT/x:x = DIGEST",
}...)

// everywhere are the commands that are run against each place.
func everywhere(places ...string) (list []string) {
	for _, place := range places {
		list = append(list,
			"crane digest "+place+" = DIGEST",
			"crane digest --platform linux/amd64 "+place+" = AMD64",
			"crane manifest "+place+" = DIGEST",
			"crane validate --fast --remote "+place, // without --fast it takes every layer for gzip
			"crane copy "+place+" COPY = DIGEST",
			"oras manifest fetch --plain-http "+place+" = DIGEST",
			"oras copy --from-plain-http "+place+" --to-oci-layout OUT/x:x = DIGEST",
			"skopeo inspect --tls-verify=false --raw docker://"+place+" = DIGEST",
			"skopeo inspect --tls-verify=false --override-arch arm64 docker://"+place,
			"skopeo copy --all --preserve-digests --src-tls-verify=false docker://"+place+" oci:OUT/x:x = DIGEST",
		)
	}
	return list
}
