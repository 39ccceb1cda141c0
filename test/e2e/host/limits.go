package host

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// watches is a setting of the machine that its hosts share: how many programs of
// one user may watch files. The usual 128 are used up by the second host, whose
// kubelet then says "too many open files".
const watches = "/proc/sys/fs/inotify/max_user_instances"

// enoughWatches raises the setting where it is low. It stays, until the machine
// is started anew: other hosts may depend on it by then.
func enoughWatches(file string) error {
	const want = 8192
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	have, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || have >= want {
		return err
	}
	if err := os.WriteFile(file, []byte(strconv.Itoa(want)), 0o644); err != nil {
		return fmt.Errorf("hosts need more watches than %d: sysctl fs.inotify.max_user_instances=%d: %w", have, want, err)
	}
	return nil
}
