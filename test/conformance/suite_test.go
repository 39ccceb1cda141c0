package conformance

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// suite runs the conformance suite against a registry. At least so many of its
// tests have to pass, and none may fail.
func suite(t *testing.T, address string, settings map[string]string, atLeast int) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "suite")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program,
		"github.com/opencontainers/distribution-spec/conformance")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the suite: %v\n%s", err, out)
	}
	run := exec.CommandContext(t.Context(), program)
	run.Dir = dir
	run.Env = append(os.Environ(),
		"OCI_REGISTRY="+address, "OCI_TLS=disabled", "OCI_VERSION=1.1", "OCI_RESULTS_DIR="+dir,
		"OCI_API_BLOBS_DELETE=false", "OCI_API_MANIFESTS_DELETE=false", "OCI_API_TAGS_DELETE=false",
		"OCI_API_BLOBS_DIGEST_HEADER=true",
	)
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		run.Env = append(run.Env, name+"="+settings[name])
	}
	out, err := run.CombinedOutput()
	if problem := verdict(string(out), atLeast); problem != "" {
		t.Errorf("%s (the suite ended with: %v)\n%s", problem, err, out)
	}
}

var (
	resultLine = regexp.MustCompile(`(?m)^OCI Conformance Result: Pass$`)
	countLine  = regexp.MustCompile(`(?m)^  (Pass|FAIL|Error)\.+: +(\d+)$`)
)

// verdict reads the suite's report and says what is wrong; empty: nothing. The
// report counts and not how the program ends: given data of a read-only
// registry, the pinned version writes its report and then crashes while it
// encodes the same as YAML.
func verdict(report string, atLeast int) string {
	counts := map[string]int{}
	for _, line := range countLine.FindAllStringSubmatch(report, -1) {
		counts[line[1]], _ = strconv.Atoi(line[2])
	}
	switch {
	case len(counts) != 3:
		return "the suite has no result"
	case counts["FAIL"] > 0 || counts["Error"] > 0 || !resultLine.MatchString(report):
		return "not conformant"
	case counts["Pass"] < atLeast:
		return "only " + strconv.Itoa(counts["Pass"]) + " tests pass, at least " + strconv.Itoa(atLeast) +
			" are expected: does the suite find its data?"
	}
	return ""
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	const good = "OCI Conformance Result: Pass\n  Pass....: 26\n  FAIL....: 0\n  Error...: 0\n"
	if got := verdict(good, 26); got != "" {
		t.Errorf("a good report: %s", got)
	}
	for _, bad := range []string{
		"", "OCI Conformance Result: FAIL\n" + good[29:], good[:len(good)-2] + "1\n",
		"OCI Conformance Result: Pass\n  Pass....: 25\n  FAIL....: 0\n  Error...: 0\n",
	} {
		if verdict(bad, 26) == "" {
			t.Errorf("a bad report passes: %q", bad)
		}
	}
}
