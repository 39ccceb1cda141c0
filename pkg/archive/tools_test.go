package archive_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/archive"
)

// TestTools reads what is saved with the programs that people have. In a
// command TAR is the archive of an image for two platforms, ONE that of a single
// platform, DIR the first one unpacked, OUT an empty directory, and @ what comes
// before the digest of the image.
func TestTools(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	image := builder{t, s}.image("amd64", "arm64")
	both := save(t, s, image, archive.SaveOptions{})
	one := save(t, s, image, archive.SaveOptions{Platform: &ocispec.Platform{OS: "linux", Architecture: "arm64"}})
	for _, command := range []string{
		"skopeo inspect --raw oci-archive:TAR",
		"skopeo inspect --override-arch arm64 oci-archive:TAR",
		"skopeo inspect --override-arch arm64 oci-archive:ONE",
		"skopeo copy --all oci-archive:TAR dir:OUT",
		"skopeo copy --override-arch arm64 oci-archive:ONE oci-archive:OUT/x.tar:x",
		"oras manifest fetch --oci-layout TAR@",
		"oras copy --from-oci-layout TAR@ --to-oci-layout OUT/x:1",
		"oras copy --from-oci-layout DIR@ --to-oci-layout OUT/x:1",
		"umoci ls --layout DIR",
		"umoci stat --image ONEDIR:" + imageName,
		"umoci unpack --rootless --image ONEDIR:" + imageName + " OUT/bundle",
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			args := strings.Fields(command)
			if _, err := exec.LookPath(args[0]); err != nil {
				t.Skipf("%s is not in PATH", args[0])
			}
			places := strings.NewReplacer(
				"TAR", tarFile(t, both), "ONEDIR", directory(t, one), "ONE", tarFile(t, one), "DIR", directory(t, both),
				"OUT", t.TempDir(), "@", "@"+image.Descriptor.Digest.String(),
			)
			for i, arg := range args {
				args[i] = places.Replace(arg)
			}
			cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
			cmd.Env = append(cmd.Environ(), "HOME="+t.TempDir())
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestLoadOfSkopeo loads what skopeo made of an archive.
func TestLoadOfSkopeo(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("skopeo"); err != nil {
		t.Skip("skopeo is not in PATH")
	}
	s := newStore(t)
	image := builder{t, s}.image("amd64", "arm64")
	from, to := tarFile(t, save(t, s, image, archive.SaveOptions{})), filepath.Join(t.TempDir(), "to.tar")
	out, err := exec.CommandContext(t.Context(), "skopeo", "copy", "--all", "--preserve-digests",
		"oci-archive:"+from, "oci-archive:"+to+":"+imageName).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	into := newStore(t)
	if _, err := archive.Load(t.Context(), into, to, archive.LoadOptions{}); err != nil {
		t.Fatal(err)
	}
	checkImage(t, into, image)
}
