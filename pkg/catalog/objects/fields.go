package objects

// at is what stands at a path; nil when nothing does.
func at(v any, keys ...string) any {
	for _, key := range keys {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// items are the mappings in a list.
func items(v any) []map[string]any {
	var found []map[string]any
	list, _ := v.([]any)
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			found = append(found, m)
		}
	}
	return found
}

// pod is the specification of the pods that an object makes; nil when it makes
// none of a kind that Kubernetes knows.
func (o object) pod() map[string]any {
	for _, path := range [][]string{{"spec", "template", "spec"}, {"spec", "jobTemplate", "spec", "template", "spec"}, {"spec"}} {
		if spec, ok := at(o.fields, path...).(map[string]any); ok && spec["containers"] != nil {
			return spec
		}
	}
	return nil
}

// containers are those of the pods, those that start them included.
func (o object) containers() []map[string]any {
	spec := o.pod()
	return append(items(spec["containers"]), items(spec["initContainers"])...)
}

// walk calls see for every mapping in a value, with the key it stands under.
func walk(key string, v any, see func(key string, m map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		see(key, v)
		for k, value := range v {
			walk(k, value, see)
		}
	case []any:
		for _, item := range v {
			walk(key, item, see)
		}
	}
}
