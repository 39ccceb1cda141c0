package kubefile

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// lookup finds a variable: before FROM and in FROM only the ARGs of that place,
// later ENV before ARG; the platform arguments everywhere.
func (e *evaluator) lookup(name string) (string, bool) {
	scopes := []map[string]string{e.env, e.args, e.automatic}
	if !e.inside {
		scopes = []map[string]string{e.global, e.automatic}
	}
	for _, scope := range scopes {
		if value, ok := scope[name]; ok {
			return value, true
		}
	}
	return "", false
}

// expand replaces the variables of a word. Quotes are quotes unless the word
// comes from a JSON array.
func (e *evaluator) expand(ins *Instruction, word Word) Word {
	if e.spent >= maxExpansion {
		return word
	}
	sub := &substituter{text: word.Text, escape: rune(e.file.Escape), quotes: ins.Form != JSON, lookup: e.lookup, limit: maxExpansion - e.spent}
	text, err := sub.replace()
	for _, name := range sub.undefined {
		if !e.used[name] {
			e.script.undefined = append(e.script.undefined, Word{word.Pos, name})
		}
	}
	if err != nil {
		if !errors.Is(err, errTooLong) {
			e.value(word.Pos, "", "%v", err)
		} else {
			e.spend(word.Pos, maxExpansion)
		}
		return word
	}
	e.spend(word.Pos, len(text))
	return Word{word.Pos, text}
}

func (e *evaluator) expandAll(ins *Instruction, words []Word) []Word {
	out := make([]Word, len(words))
	for i, word := range words {
		out[i] = e.expand(ins, word)
	}
	return out
}

// spend counts the bytes that variables became. It reports once that the bound
// is exceeded; from then on words stay as they are.
func (e *evaluator) spend(pos Position, n int) bool {
	if e.spent < maxExpansion && e.spent+n >= maxExpansion {
		e.value(pos, "shorten them", "%v", errTooLong)
	}
	e.spent = min(e.spent+n, maxExpansion)
	return e.spent < maxExpansion
}

// vars reads name=value words. All are expanded before any of them is set.
func (e *evaluator) vars(ins *Instruction, words []Word) []Var {
	if ins.Form == Legacy {
		return []Var{e.variable(ins, words[0], words[len(words)-1])}
	}
	var vars []Var
	for _, word := range words {
		name, value, ok := strings.Cut(word.Text, "=")
		if !ok {
			e.value(word.Pos, "write "+specs[ins.Keyword].usage, "%s has no =", word.Text)
			continue
		}
		vars = append(vars, e.variable(ins, Word{word.Pos, name}, Word{word.Pos, value}))
	}
	return vars
}

func (e *evaluator) variable(ins *Instruction, name, value Word) Var {
	v := Var{Pos: name.Pos, Name: e.expand(ins, name).Text, Value: e.expand(ins, value).Text}
	if v.Name == "" || strings.ContainsAny(v.Name, "= \t\n") {
		e.value(v.Pos, "write "+specs[ins.Keyword].usage, "%q is not a name", v.Name)
	}
	return v
}

// arg evaluates ARG. A build argument goes before the default, and without a
// default comes what an ARG before FROM or the platform says.
func (e *evaluator) arg(ins *Instruction) {
	set := map[string]string{}
	for _, word := range ins.Args {
		name, value, hasDefault := strings.Cut(word.Text, "=")
		name = e.expand(ins, Word{word.Pos, name}).Text
		if name == "" {
			e.value(word.Pos, "write "+specs["ARG"].usage, "the argument has no name")
			continue
		}
		if hasDefault {
			value = e.expand(ins, Word{word.Pos, value}).Text
		}
		e.used[name] = true
		given, isGiven := e.opts.BuildArgs[name]
		global, isGlobal := e.global[name]
		automatic, isAutomatic := e.automatic[name]
		switch {
		case isGiven:
			set[name] = given
		case hasDefault:
			set[name] = value
		case e.inside && isGlobal:
			set[name] = global
		case isAutomatic:
			set[name] = automatic
		}
	}
	if e.inside {
		maps.Copy(e.args, set)
	} else {
		maps.Copy(e.global, set)
	}
}

// environment is what a RUN sees: declared arguments and given proxies, and
// ENV over them. It is sorted.
func (e *evaluator) environment(ins *Instruction) []string {
	all := map[string]string{}
	for name, value := range e.opts.BuildArgs {
		if isProxy(name) {
			all[name] = value
		}
	}
	maps.Copy(all, e.args)
	maps.Copy(all, e.env)
	var env []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !e.spend(ins.Pos, len(all[name])) {
			return nil
		}
		env = append(env, name+"="+all[name])
	}
	return env
}
