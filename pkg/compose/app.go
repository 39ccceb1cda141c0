package compose

import (
	"errors"
	"fmt"
	"slices"

	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// errOnlySource tells why a component stands alone.
var errOnlySource = errors.New("a component is the only source of its app; give other files an app of their own")

// app adds an APP, CNI or CSI: its files under application/apps, and how it is
// launched.
func (b *builder) app(s kubefile.App) error {
	name := s.Name.Text
	if slices.ContainsFunc(b.plan.Apps, func(a sealer.Application) bool { return a.Name == name }) {
		return fmt.Errorf("app %s is declared in the profile below already", name)
	}
	switch s.Keyword() {
	case "CNI":
		b.plan.CNI = append(b.plan.CNI, name)
	case "CSI":
		b.plan.CSI = append(b.plan.CSI, name)
	}
	b.at[name] = s.At()
	if s.Sources[0].Kind == kubefile.Component {
		return b.componentApp(name, s.Sources)
	}
	part := appPart{builder: b, name: name, dir: sealer.AppDir(name), from: map[string]string{}}
	for _, source := range s.Sources {
		if err := part.add(source); err != nil {
			return err
		}
	}
	b.plan.Apps = append(b.plan.Apps, part.application())
	return nil
}

// componentApp adds a component. Its app has its name: that is what connects the
// app's files in an image with the definition recorded beside them.
func (b *builder) componentApp(name string, sources []kubefile.Source) error {
	if len(sources) > 1 {
		return errOnlySource
	}
	if b.request.Catalog == nil {
		return errors.New("there is no catalog to take components from")
	}
	c, err := b.request.Catalog.Get(sources[0].Component)
	if err != nil {
		return err
	}
	if name != c.Name {
		return fmt.Errorf("the app of component %s has to have its name; write %s %s component://%s", c.Name, "APP", c.Name, c.Name)
	}
	if c, err = c.In(b.request.Way); err != nil {
		return err
	}
	return b.addComponent(c)
}

// changeApp changes an app that was declared before.
func (b *builder) changeApp(name string, change func(*sealer.Application)) error {
	for i := range b.plan.Apps {
		if b.plan.Apps[i].Name == name {
			change(&b.plan.Apps[i])
			return nil
		}
	}
	if b.plan.Base != "" {
		return fmt.Errorf("app %s is not declared in this Kubefile, and the apps of a base image cannot be changed", name)
	}
	return fmt.Errorf("app %s is not declared above", name)
}
