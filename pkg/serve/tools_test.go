package serve_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/serve"
)

// TestTools has the tools people use pull a cluster image and an image inside
// it; those that are not in PATH are left out.
func TestTools(t *testing.T) {
	t.Parallel()
	_, g, desc := fixture(t)
	server, _ := run(t, g, serve.ListenOptions{})
	cluster, inner := server.Address()+"/opc/full:v1", server.Address()+"/docker.io/library/nginx:1.27"
	for _, line := range []string{
		"crane validate --fast --remote " + cluster, // without it crane takes every layer for gzip, whatever its type
		"crane validate --remote " + inner + " --platform linux/amd64",
		"crane catalog " + server.Address(),
		"skopeo copy --src-tls-verify=false --preserve-digests docker://" + cluster + " oci:DIR:x",
		"skopeo copy --src-tls-verify=false --override-arch amd64 docker://" + inner + " dir:DIR",
		"skopeo list-tags --tls-verify=false docker://" + server.Address() + "/opc/full",
		"oras copy --from-plain-http " + cluster + " --to-oci-layout DIR:x",
		"oras repo tags --plain-http " + server.Address() + "/library/nginx",
		"oras discover --plain-http " + cluster,
		"regctl --host reg=" + server.Address() + ",tls=disabled image check-base --base " + cluster + " " + cluster,
	} {
		words := strings.Fields(strings.ReplaceAll(line, "DIR", t.TempDir()))
		t.Run(words[0]+" "+words[1], func(t *testing.T) {
			t.Parallel()
			program, err := exec.LookPath(words[0])
			if err != nil {
				t.Skip(err)
			}
			out, err := exec.CommandContext(t.Context(), program, words[1:]...).CombinedOutput()
			if err != nil {
				t.Errorf("%s: %v\n%s", line, err, out)
			}
		})
	}
	if program, err := exec.LookPath("crane"); err == nil {
		out, err := exec.CommandContext(t.Context(), program, "digest", cluster).Output()
		if err != nil || strings.TrimSpace(string(out)) != desc.Digest.String() {
			t.Errorf("crane sees %s, %v; want %s", out, err, desc.Digest)
		}
	}
}
