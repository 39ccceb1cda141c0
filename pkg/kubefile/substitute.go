package kubefile

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// substituter replaces variables in a word and takes its quotes and escapes
// away, as the Dockerfile reference has it. Of the forms ${NAME OP WORD} it knows
// -, +, ?, :-, :+ and :?, which is what buildah knows.
type substituter struct {
	text   string
	pos    int
	escape rune
	quotes bool // ' and " are quotes, not characters
	lookup func(name string) (string, bool)

	undefined []string // variables without a value, where no operator provides for that
}

// replace returns the word as it will be used.
func (s *substituter) replace() (string, error) {
	value, _, err := s.until(eof)
	return value, err
}

// plain is the value of $name or ${name}.
func (s *substituter) plain(name string) string {
	value, set := s.lookup(name)
	if !set {
		s.undefined = append(s.undefined, name)
	}
	return value
}

// eof is what next and peek return at the end of the word.
const eof = rune(-1)

func (s *substituter) peek() rune {
	if s.pos >= len(s.text) {
		return eof
	}
	r, _ := utf8.DecodeRuneInString(s.text[s.pos:])
	return r
}

func (s *substituter) next() rune {
	if s.pos >= len(s.text) {
		return eof
	}
	r, size := utf8.DecodeRuneInString(s.text[s.pos:])
	s.pos += size
	return r
}

// until reads to a stop character, which it takes, or to the end of the word.
// found says that it was there.
func (s *substituter) until(stop rune) (value string, found bool, err error) {
	var b strings.Builder
	for {
		c := s.next()
		piece := string(c)
		switch {
		case c == stop:
			return b.String(), true, nil
		case c == eof:
			return b.String(), false, nil
		case c == '$':
			piece, err = s.dollar()
		case c == '\'' && s.quotes:
			piece, err = s.single()
		case c == '"' && s.quotes:
			piece, err = s.double()
		case c == s.escape:
			if c = s.next(); c == eof {
				return b.String(), false, nil
			}
			piece = string(c)
		}
		if err != nil {
			return "", false, err
		}
		b.WriteString(piece)
	}
}

// single reads what stands between single quotes: everything is itself.
func (s *substituter) single() (string, error) {
	inside, _, closed := strings.Cut(s.text[s.pos:], "'")
	if !closed {
		return "", errors.New("a single quote is not closed")
	}
	s.pos += len(inside) + 1
	return inside, nil
}

// double reads what stands between double quotes: $ is a variable, and the
// escape character works before ", $ and itself.
func (s *substituter) double() (string, error) {
	var b strings.Builder
	for {
		c := s.next()
		switch {
		case c == eof:
			return "", errors.New("a double quote is not closed")
		case c == '"':
			return b.String(), nil
		case c == '$':
			value, err := s.dollar()
			if err != nil {
				return "", err
			}
			b.WriteString(value)
			continue
		case c == s.escape:
			switch e := s.peek(); e {
			case eof:
				continue
			case '"', '$', s.escape:
				c = s.next()
			}
		}
		b.WriteRune(c)
	}
}

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
