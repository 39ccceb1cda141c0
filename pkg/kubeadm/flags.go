package kubeadm

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// flagFields are the fields that hold flags: a map of names to values in
// v1beta3, a list of names with values in v1beta4.
var flagFields = map[string][]string{
	kindInit:    {"nodeRegistration.kubeletExtraArgs"},
	kindJoin:    {"nodeRegistration.kubeletExtraArgs"},
	kindCluster: {"apiServer.extraArgs", "controllerManager.extraArgs", "scheduler.extraArgs", "etcd.local.extraArgs"},
}

// flags finds the flags in a field and makes every value a text. sealer writes
// the file of a join through a shell, which takes the quotes off, so that
// numbers and booleans come where texts were.
func (d *document) flags(at, name string) (object, error) {
	parent := d.object(at)
	if parent == nil || parent[name] == nil {
		return nil, nil
	}
	flags, ok := parent[name].(object)
	if !ok {
		return nil, fmt.Errorf("%s: %s.%s is %s, not flags as name: value", d, at, name, describe(parent[name]))
	}
	for flag, v := range flags {
		text, ok := flagText(v)
		if !ok {
			return nil, fmt.Errorf("%s: %s.%s.%s is %s, not the value of a flag", d, at, name, flag, describe(v))
		}
		flags[flag] = text
	}
	return flags, nil
}

func flagText(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}

// cut parts a path into that of the object and the name of the field in it.
func cut(path string) (at, name string) {
	dot := strings.LastIndexByte(path, '.')
	return path[:dot], path[dot+1:]
}

// checkFlags tells whether the field at a path holds flags, or nothing.
func (d *document) checkFlags(path string) error {
	at, name := cut(path)
	_, err := d.flags(at, name)
	return err
}

// listFlags makes the list of v1beta4 out of the flags at a path.
func (d *document) listFlags(path string) error {
	at, name := cut(path)
	flags, err := d.flags(at, name)
	if err != nil || flags == nil {
		return err
	}
	list := make([]any, 0, len(flags))
	for _, flag := range slices.Sorted(maps.Keys(flags)) {
		list = append(list, object{"name": flag, "value": flags[flag]})
	}
	d.object(at)[name] = list
	return nil
}
