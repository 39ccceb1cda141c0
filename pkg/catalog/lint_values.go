package catalog

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

var valuesRules = []Rule{
	{
		ID: "password-default", Severity: SeverityError, check: passwordDefault,
		Explanation: "A password in a values file is the same in every cluster. Have a secret generated at launch and point the chart to it.",
	},
	{
		ID: "values-image", Severity: SeverityError, check: valuesImage,
		Explanation: "An image that is latest is another one tomorrow, and a pull policy of Always asks the registry at every start. Name a version, and IfNotPresent.",
	},
	{
		ID: "values-storage", Severity: SeverityError, check: valuesStorage,
		Explanation: "A volume that names a storage class exists in some clusters only. Leave the value out, and the default class is used.",
	},
}

func passwordDefault(l *linter) {
	l.values(func(at, file, key, value string) {
		if value != "" && strings.HasSuffix(strings.ToLower(key), "password") {
			l.report(at, "%s sets a password under %s", file, key)
		}
	})
}

func valuesImage(l *linter) {
	l.values(func(at, file, key, value string) {
		lower := strings.ToLower(key)
		switch {
		case value == "Always" && strings.HasSuffix(lower, "pullpolicy"):
			l.report(at, "%s sets %s to Always", file, key)
		case value == "latest" && strings.HasSuffix(lower, "tag"), strings.HasSuffix(value, ":latest"):
			l.report(at, "%s sets %s to %s; name a version", file, key, value)
		}
	})
}

func valuesStorage(l *linter) {
	l.values(func(at, file, key, value string) {
		if value != "" && (strings.EqualFold(key, "storageClass") || strings.EqualFold(key, "storageClassName")) {
			l.report(at, "%s sets %s to %s", file, key, value)
		}
	})
}

// values calls see for each text in the values files of the component's charts,
// with the place in component.yaml that names the file.
func (l *linter) values(see func(at, file, key, value string)) {
	for i, chart := range l.Install.Charts {
		for _, given := range [][2]string{{"values", chart.Values}, {"singleValues", chart.SingleValues}} {
			name := given[1]
			if name == "" {
				continue
			}
			at := fmt.Sprintf("install.charts[%d].%s", i, given[0])
			data, err := readBounded(l.files, name)
			if err != nil {
				l.report(at, "%v", err)
				continue
			}
			if err := texts(data, func(key, value string) { see(at, name, key, value) }); err != nil {
				l.report(at, "%s cannot be read: %v", name, err)
			}
		}
	}
}

// texts calls see for each key of a YAML file whose value is a text.
func texts(data []byte, see func(key, value string)) error {
	file, err := parse(data)
	if err != nil {
		return err
	}
	for _, doc := range file.Docs {
		for _, n := range ast.Filter(ast.MappingValueType, doc) {
			pair := n.(*ast.MappingValueNode)
			if value, ok := pair.Value.(*ast.StringNode); ok {
				see(pair.Key.GetToken().Value, value.Value)
			}
		}
	}
	return nil
}
