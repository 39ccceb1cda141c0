package sealer

import "strings"

// envMap folds NAME=value pairs; nil when there are none.
func envMap(env []string) map[string]string {
	if len(env) == 0 {
		return nil
	}
	folded := make(map[string]string, len(env))
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		folded[name] = value
	}
	return folded
}

// configEnv is the Env of the config: PATH first unless the image sets it, then
// each name once, where it was first set, with the value it got last.
func configEnv(env []string) []string {
	values := envMap(env)
	var list []string
	if _, ok := values["PATH"]; !ok {
		list = append(list, "PATH="+DefaultPath)
	}
	seen := map[string]bool{}
	for _, pair := range env {
		name, _, _ := strings.Cut(pair, "=")
		if !seen[name] {
			seen[name] = true
			list = append(list, name+"="+values[name])
		}
	}
	return list
}
