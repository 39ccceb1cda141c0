package chart_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/opc-source/opc-image/pkg/chart"
)

// TestInvalid tells what is a chart's fault from what is not.
func TestInvalid(t *testing.T) {
	t.Parallel()
	good := fstest.MapFS{
		"Chart.yaml":       {Data: []byte("apiVersion: v2\nname: a\nversion: 1.0.0\n")},
		"templates/a.yaml": {Data: []byte("a: {{ .Values.b.c }}\n")},
	}
	loaded, err := chart.LoadDir(good, chart.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	load := func(err error) error {
		_, err = chart.Load(iotest.ErrReader(err), chart.Limits{})
		return err
	}
	render := func(ctx context.Context) error {
		_, err := chart.Render(ctx, loaded, chart.Options{})
		return err
	}
	_, noChart := chart.LoadDir(fstest.MapFS{"a": {}}, chart.Limits{})
	_, noArchive := chart.Load(strings.NewReader("text"), chart.Limits{})
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"no chart":       {noChart, true},
		"no archive":     {noArchive, true},
		"a template":     {render(t.Context()), true},
		"interrupted":    {render(canceled), false},
		"a broken disk":  {load(&fs.PathError{Op: "read", Path: "x", Err: errors.New("input/output error")}), false},
		"a broken cable": {load(errors.New("unexpected end")), true},
	} {
		if test.err == nil || errors.Is(test.err, chart.ErrInvalid) != test.want {
			t.Errorf("%s: %v", name, test.err)
		}
	}
}
