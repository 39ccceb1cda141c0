package inventory

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"text/template"

	"github.com/opc-source/opc-image/pkg/chart/manifest"
	"github.com/opc-source/opc-image/pkg/discover"
)

// template reads a file that sealer fills in with the environment when it runs
// the image, as it will be without further settings: a text/template whose data
// are the variables, with the functions b64enc and b64dec. One that cannot be
// filled in is told in the report.
func (s *scanner) template(name string, p part, report *discover.Report) ([]manifest.Document, error) {
	data, err := s.read(name)
	if err != nil {
		return nil, err
	}
	filled, err := fill(string(data), s.environment(p.app))
	if err != nil {
		e := discover.Evidence{Component: p.app, File: name, Rule: "template", Raw: name}
		report.Unreadable = append(report.Unreadable, discover.Remark{Evidence: e, Reason: fmt.Sprintf("a template that cannot be filled in (%v)", err)})
		return nil, nil
	}
	return manifest.Split(name, filled, manifest.Limits{})
}

// environment is that of the image, under that of an app.
func (s *scanner) environment(app string) map[string]string {
	env := maps.Clone(s.opts.Extension.Env)
	if env == nil {
		env = map[string]string{}
	}
	for _, a := range s.opts.Extension.Applications {
		if a.Name == app {
			maps.Copy(env, a.Env)
		}
	}
	return env
}

func fill(text string, env map[string]string) ([]byte, error) {
	t, err := template.New("").Funcs(template.FuncMap{
		"b64enc": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"b64dec": func(s string) (string, error) {
			data, err := base64.StdEncoding.DecodeString(s)
			return string(data), err
		},
	}).Parse(text)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&limited{&b}, env); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// limited is a buffer of at most maxFile bytes.
type limited struct{ buffer *bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.buffer.Len()+len(p) > maxFile {
		return 0, fmt.Errorf("filled in it has more than the limit of %d bytes", int64(maxFile))
	}
	return l.buffer.Write(p)
}
