package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func (k *checker) objects() {
	for i, o := range k.c.Ready {
		at := fmt.Sprintf("ready[%d]", i)
		k.label(at+".namespace", o.Namespace)
		k.platforms(at+".platforms", o.Platforms)
		if (o.Field == "") != (o.Value == "") {
			k.fail(at, "field and value belong together")
		}
		if o.Condition != "" && o.Field != "" {
			k.fail(at, "give either condition or field with value")
		}
		if !word.MatchString(o.Kind) || !word.MatchString(o.Name) {
			k.fail(at, "kind %q and name %q must be what kubectl takes", o.Kind, o.Name)
		}
	}
	for i, s := range k.c.Secrets {
		k.secret(fmt.Sprintf("secrets[%d]", i), s)
	}
	k.lines("launch", k.c.Launch)
	k.lines("uninstall", k.c.Uninstall)
	k.lines("notes", k.c.Notes)
}

func (k *checker) secret(at string, s Secret) {
	k.label(at+".name", s.Name)
	k.label(at+".namespace", s.Namespace)
	k.lines(at+".for", []string{s.For})
	if len(s.Generate) == 0 {
		k.fail(at+".generate", "generate lists no key")
	}
	keys := append(slices.Sorted(maps.Keys(s.Values)), s.Generate...)
	for i, key := range keys {
		if !word.MatchString(key) {
			k.fail(at, "key %q must be letters, digits, '.', '_' or '-'", key)
		}
		if slices.Contains(keys[:i], key) {
			k.fail(at, "key %q is given twice", key)
		}
	}
}

// lines checks texts that stand in a script, each in one line.
func (k *checker) lines(at string, list []string) {
	for i, text := range list {
		if strings.ContainsAny(text, "\n\r") {
			k.fail(fmt.Sprintf("%s[%d]", at, i), "%q must be one line", text)
		}
	}
}
