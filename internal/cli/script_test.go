package cli_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what commands print into the scripts")

// TestScripts runs the scripts in testdata/script. What they can say besides
// testscript's own commands is in commands.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", Setup: setup, Cmds: commands, UpdateScripts: *update,
		RequireUniqueNames: true, Condition: condition, Deadline: time.Now().Add(8 * time.Minute),
	})
}

// setup gives a script directories of its own, and the catalog of the tests.
func setup(e *testscript.Env) error {
	catalog, err := filepath.Abs("../clitest/catalog")
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"CATALOG": catalog, "HOME": e.WorkDir + "/home", "DOCKER_CONFIG": e.WorkDir + "/docker",
		"XDG_DATA_HOME": e.WorkDir + "/data", "XDG_CONFIG_HOME": e.WorkDir + "/config",
		"STORE": e.WorkDir + "/data/opc-image", "CONFIG": e.WorkDir + "/config/opc-image/config.yaml",
	} {
		e.Setenv(name, value)
	}
	// Scripts compile; the standard library need not be compiled for each.
	if cache, err := os.UserCacheDir(); err == nil && os.Getenv("GOCACHE") == "" {
		e.Setenv("GOCACHE", filepath.Join(cache, "go-build"))
	} else {
		e.Setenv("GOCACHE", os.Getenv("GOCACHE"))
	}
	return os.MkdirAll(filepath.Join(e.WorkDir, "config/opc-image"), 0o777)
}
