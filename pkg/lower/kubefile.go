package lower

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/sealer"
)

// kubefile writes the files of the context and gives the Kubefile.
func (w *writer) kubefile(ctx context.Context) ([]byte, error) {
	for _, f := range w.plan.Files {
		w.shared[f.Name] = true
	}
	for _, f := range w.plan.Files {
		if f.Platform != "" {
			w.shared[f.Name] = false
		}
	}
	for _, platform := range w.plan.Platforms {
		if err := w.files(ctx, platform); err != nil {
			return nil, err
		}
	}
	if err := w.imageList(); err != nil {
		return nil, err
	}
	k := &kubefile{}
	w.head(k)
	k.line("COPY %s .", rootfsDir)
	if w.arch {
		k.line("COPY %s .", archVariable)
		for _, platform := range w.plan.Platforms { // one may have nothing of its own
			if err := w.root.MkdirAll(arch(platform), 0o755); err != nil {
				return nil, err
			}
		}
	}
	for _, app := range w.plan.Apps {
		w.app(k, app)
	}
	if err := w.owners(k); err != nil {
		return nil, err
	}
	switch {
	case len(w.plan.Launch.Cmds) > 0:
		k.line("CMDS %s", list(w.plan.Launch.Cmds))
	case len(w.plan.Launch.AppNames) > 0:
		k.line("LAUNCH %s", list(w.plan.Launch.AppNames))
	}
	return k.Bytes(), k.err
}

// head writes what the image says of itself.
func (w *writer) head(k *kubefile) {
	p := w.plan
	base := "scratch"
	if p.Base != "" {
		base = p.Base
	}
	k.line("FROM %s", base)
	if p.Author != "" {
		k.line("MAINTAINER %s", p.Author)
	}
	for _, key := range slices.Sorted(maps.Keys(p.Labels)) {
		k.line("LABEL %s=%s", key, k.quote(key, p.Labels[key]))
	}
	for _, kv := range p.Env {
		key, value, _ := strings.Cut(kv, "=")
		k.line("ENV %s=%s", key, k.quote(key, value))
	}
	if p.SupportedKube != "" {
		k.line("KUBEVERSION %s", p.SupportedKube)
	}
}

func (w *writer) app(k *kubefile, app sealer.Application) {
	keyword := "APP"
	if slices.Contains(w.plan.CNI, app.Name) {
		keyword = "CNI"
	} else if slices.Contains(w.plan.CSI, app.Name) {
		keyword = "CSI"
	}
	k.line("%s %s local://%s", keyword, app.Name, path.Join(appsDir, app.Name))
	for _, key := range slices.Sorted(maps.Keys(app.Env)) {
		k.line("APPENV %s %s=%s", app.Name, key, k.quote(key, app.Env[key]))
	}
	if len(app.Cmds) > 0 {
		k.line("APPCMDS %s %s", app.Name, list(app.Cmds))
	}
}

// kubefile is the text of a Kubefile.
type kubefile struct {
	bytes.Buffer
	err error
}

func (k *kubefile) line(format string, args ...any) { fmt.Fprintf(k, format+"\n", args...) }

// quote writes a value so that it is read as it is: without it, blanks would
// divide it and $ begin a variable. name is for the error of one that cannot be
// written.
func (k *kubefile) quote(name, value string) string {
	if strings.ContainsAny(value, "\r\n") && k.err == nil {
		k.err = fmt.Errorf("the value of %s has several lines, which a Kubefile cannot hold", name)
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(value) + `"`
}

// list is a JSON array on one line.
func list(items []string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // sealer and people read && better than its code
	if err := encoder.Encode(items); err != nil {
		return "[]" // strings always encode
	}
	return strings.TrimSpace(b.String())
}
