package kubefile

import "regexp"

// app evaluates APP, CNI and CSI.
func (e *evaluator) app(ins *Instruction) App {
	app := App{Origin: Origin{ins}, Name: e.appName(ins)}
	for _, word := range e.expandAll(ins, ins.operands()[1:]) {
		source, err := ParseSource(word.Text)
		if err != nil {
			e.value(word.Pos, "", "%v", err)
			continue
		}
		source.Word = word
		app.Sources = append(app.Sources, source)
	}
	return app
}

// An app's name is a directory, and part of a label.
var appNames = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func (e *evaluator) appName(ins *Instruction) Word {
	name := e.expand(ins, ins.Args[0])
	if !appNames.MatchString(name.Text) {
		e.value(name.Pos, "use letters, digits, '.', '_' and '-'", "%q cannot be the name of an app", name.Text)
	}
	return name
}
