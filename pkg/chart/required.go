package chart

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	v2 "helm.sh/helm/v4/pkg/chart/v2"
)

// MissingValueError says which value a chart asks for and does not have.
type MissingValueError struct {
	Chart   string // the chart, or sub-chart, that asks
	Value   string // such as ".Values.region"; empty when the template computes it
	Message string // the chart author's words
	Where   string // template file and line
}

func (e *MissingValueError) Error() string {
	value := e.Value
	if value == "" {
		value = "a value"
	}
	return fmt.Sprintf("chart %s needs %s, which is not set (%s): %s; add it to the component's values", e.Chart, value, e.Where, e.Message)
}

// watcher remembers what a required or fail function said, because the engine
// flattens errors into text.
type watcher struct{ missing, failed string }

func (w *watcher) required(message string, value any) (any, error) {
	if text, ok := value.(string); value == nil || ok && text == "" {
		w.missing = message
		return nil, errors.New(message)
	}
	return value, nil
}

func (w *watcher) fail(message string) (string, error) {
	w.failed = message
	return "", errors.New(message)
}

// explain turns the engine's error into one that names the value and the chart.
func (w *watcher) explain(c *v2.Chart, err error) error {
	switch {
	case w.missing != "":
		chart, value := findRequired(c, w.missing)
		where := firstLine(err)
		if chart == "" {
			chart = owner(where)
		}
		return &MissingValueError{Chart: chart, Value: value, Message: w.missing, Where: where}
	case w.failed != "":
		return fmt.Errorf("chart %s refuses its values (%s): %s", owner(firstLine(err)), firstLine(err), w.failed)
	}
	return err
}

// firstLine is where the engine was: its errors start with "file:line:column",
// or with text/template's "template: file:line:column: executing".
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	line, _, _ = strings.Cut(strings.TrimPrefix(line, "template: "), ": executing ")
	return line
}

// owner is the innermost chart of a template path "a/charts/b/templates/x.yaml".
func owner(where string) string {
	dir, _, _ := strings.Cut(where, "/templates/")
	return dir[strings.LastIndex(dir, "/")+1:]
}

var requiredArg = regexp.MustCompile(`^\s+(\.[\w.]+|\$[\w.]*)`)

// findRequired looks in the templates for the call that printed message.
func findRequired(c *v2.Chart, message string) (chart, value string) {
	for _, t := range c.Templates {
		text := string(t.Data)
		for _, quoted := range []string{fmt.Sprintf("required %q", message), "required `" + message + "`"} {
			_, after, found := strings.Cut(text, quoted)
			if !found {
				continue
			}
			if m := requiredArg.FindStringSubmatch(after); m != nil {
				value = strings.TrimPrefix(m[1], "$")
			}
			return c.Name(), value
		}
	}
	for _, dep := range c.Dependencies() {
		if chart, value = findRequired(dep, message); chart != "" {
			return chart, value
		}
	}
	return "", ""
}
