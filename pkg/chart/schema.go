package chart

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	v2 "helm.sh/helm/v4/pkg/chart/v2"
)

// schemaURL is the name a chart's schema is compiled under.
const schemaURL = "chart:///values.schema.json"

// validate checks values against the schemas of the chart and its enabled
// sub-charts.
func validate(c *v2.Chart, values map[string]any) error {
	if len(c.Schema) > 0 {
		if err := validateOne(c.Schema, values); err != nil {
			return fmt.Errorf("values of chart %s do not fit its values.schema.json: %w", c.Name(), err)
		}
	}
	for _, dep := range c.Dependencies() {
		switch sub := values[dep.Name()].(type) {
		case nil:
		case map[string]any:
			if err := validate(dep, sub); err != nil {
				return err
			}
		default:
			return fmt.Errorf("values of sub-chart %s: want a map, got %T", dep.Name(), sub)
		}
	}
	return nil
}

func validateOne(schema []byte, values map[string]any) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return fmt.Errorf("read schema: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(offline{})
	if err := compiler.AddResource(schemaURL, doc); err != nil {
		return err
	}
	compiled, err := compiler.Compile(schemaURL)
	if err != nil {
		return fmt.Errorf("compile schema: %w", err)
	}
	if err := compiled.Validate(values); err != nil {
		text := strings.TrimPrefix(err.Error(), fmt.Sprintf("jsonschema validation failed with '%s#'\n", schemaURL))
		return fmt.Errorf("%s", strings.TrimSpace(text))
	}
	return nil
}

// offline stands for schemas elsewhere: a part that lives on another host is not
// checked, since rendering uses no network.
type offline struct{}

func (offline) Load(string) (any, error) { return true, nil }
