package kubefile

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// dollar reads a variable; the $ is taken already.
func (s *substituter) dollar() (string, error) {
	if s.peek() != '{' {
		name := s.name()
		if name == "" {
			return "$", nil
		}
		return s.plain(name), nil
	}
	s.next()
	name := s.name()
	if name == "" {
		return "", errors.New("${ has no name behind it")
	}
	op := s.next()
	if op == '}' {
		return s.plain(name), nil
	}
	value, set := s.lookup(name)
	if op == ':' {
		set = set && value != ""
		op = s.next()
	}
	if op == eof || !strings.ContainsRune("-+?", op) {
		if op == eof {
			return "", fmt.Errorf("${%s has no }", name)
		}
		return "", fmt.Errorf("${%s} has the unknown operator %q; there are :- :+ :? - + and ?", name, op)
	}
	return s.choose(name, value, set, op)
}

// choose reads the word after an operator and picks the result.
func (s *substituter) choose(name, value string, set bool, op rune) (string, error) {
	word, closed, err := s.until('}')
	switch {
	case err != nil:
		return "", err
	case !closed:
		return "", fmt.Errorf("${%s has no }", name)
	case op == '-' && !set, op == '+' && set:
		return word, nil
	case op == '+':
		return "", nil
	case op == '?' && !set:
		if word == "" {
			word = "it must have a value"
		}
		return "", fmt.Errorf("%s: %s", name, word)
	}
	return value, nil
}

// name reads a variable's name: letters, digits and _; or digits only; or one of
// the shell's special parameters.
func (s *substituter) name() string {
	start := s.pos
	first := s.peek()
	if strings.ContainsRune("@*#?-$!", first) && first != eof {
		s.next()
		return s.text[start:s.pos]
	}
	for c := first; c != eof; c = s.peek() {
		if unicode.IsDigit(first) && !unicode.IsDigit(c) || c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			break
		}
		s.next()
	}
	return s.text[start:s.pos]
}
